"""What the page says, in English and in Norwegian (bokmål): key -> (English, Norwegian).

The Norwegian terms are those of the field study (NTNU, 2021): samhandling, nyttiggjøring, forankring, forståelse,
fellesskapsfølelse, klyngeledelse. {braces} are filled in. Texts of the file itself (names and questions of scenarios) stay as its config has them.
"""
LANGUAGES = ("en", "nb")

TEXTS = {
    # ---- the page -------------------------------------------------------------------------------------------------------
    "title": ("Cluster report", "Klyngerapport"),
    "skip": ("Skip to the content", "Gå til innholdet"),
    "contents": ("On this page", "På denne siden"),
    "title_many": ("{n} scenarios, set against {name}", "{n} scenarioer, sammenlignet med {name}"),
    "title_sweep": ("{n} points of a design; settings varied: {k}", "{n} punkter i et forsøksoppsett; innstillinger variert: {k}"),
    "lead_sweep": ("Scenarios: {n}. Each is run {replicates} times with different luck at every point, from {start} to {end}.",
                   "Scenarioer: {n}. Hvert er kjørt {replicates} ganger med ulik tilfeldighet i hvert punkt, fra {start} til {end}."),
    "lead": ("One scenario, run {replicates} times with different luck, from {start} to {end}.",
             "Ett scenario, kjørt {replicates} ganger med ulik tilfeldighet, fra {start} til {end}."),
    "lead_many": ("{n} scenarios, each run {replicates} times with different luck, from {start} to {end}.",
                  "{n} scenarioer, hvert kjørt {replicates} ganger med ulik tilfeldighet, fra {start} til {end}."),
    "no_script": ("Charts and the playback need JavaScript, which this viewer has switched off. Save the file and open it in a "
                  "browser. "
                  "Texts and tables are complete without it.",
                  "Figurene og avspillingen trenger JavaScript, som er slått av i denne visningen. Lagre filen og åpne den i en "
                  "nettleser. Tekst og tabeller er fullstendige uten."),
    "months": ("January February March April May June July August September October November December",
               "januar februar mars april mai juni juli august september oktober november desember"),
    "and": ("and", "og"),
    "to": ("to", "til"),

    # ---- question ---------------------------------------------------------------------------------------------------------
    "h_question": ("The question", "Spørsmålet"),
    "all_scenarios": ("All {n} scenarios: what each asks, and what it costs",
                      "Alle {n} scenarioer: hva hvert av dem spør om, og hva det koster"),
    "scenario": ("Scenario", "Scenario"),
    "asks": ("What it asks", "Hva det spør om"),
    "runs": ("Runs", "Kjøringer"),
    "cost_year": ("Cost, million NOK a year", "Kostnad, millioner kroner i året"),
    "no_question": ("No question is given in the config.", "Oppsettet stiller ikke noe spørsmål."),
    "reference": ("comparison baseline", "sammenligningsgrunnlag"),
    "failed_runs": ("{n} failed", "{n} mislyktes"),
    "cost_note": ("Cost is what facilitation takes a year, on average over the run: hours of the cluster management and of "
                  "members at their "
                  "wages, and bills.",
                  "Kostnaden er det fasiliteringen krever i året, i snitt over kjøringen: timer for klyngeledelsen og "
                  "medlemmene til "
                  "deres lønn, og regninger."),

    # ---- in short -----------------------------------------------------------------------------------------------------------
    "h_short": ("In short", "Kort fortalt"),
    "short_of": ("In the scenario {name}", "I scenarioet {name}"),
    "goes": ("<b>{what}</b> {verb} from {first} ({when}) to {last} ({end}); 95 of 100 runs end between {low} and {high}.",
             "<b>{what}</b> {verb} fra {first} ({when}) til {last} ({end}); 95 av 100 kjøringer ender mellom {low} og {high}."),
    "stays": ("<b>{what}</b> is {last} at the end, much as at the start; 95 of 100 runs end between {low} and {high}.",
              "<b>{what}</b> er {last} til slutt, omtrent som ved starten; 95 av 100 kjøringer ender mellom {low} og {high}."),
    "goes_all": ("<b>{what}</b> {verb} from {first} ({when}) to {last} ({end}); nearly all runs end there.",
                 "<b>{what}</b> {verb} fra {first} ({when}) til {last} ({end}); så godt som alle kjøringer ender der."),
    "stays_all": ("<b>{what}</b> is {last} at the end, much as at the start, in nearly all runs.",
                  "<b>{what}</b> er {last} til slutt, omtrent som ved starten, i så godt som alle kjøringer."),
    "rises": ("rises", "øker"),
    "falls": ("falls", "faller"),
    "short_compared": ("Set against {name}", "Sammenlignet med {name}"),
    "most": ("<b>{what}</b> is highest in {name} ({difference}, 95 % interval {low} to {high}; {cost}{members}).",
             "<b>{what}</b> er høyest i {name} ({difference}, 95 % intervall {low} til {high}; {cost}{members})."),
    "least": ("It is lowest in {name} ({difference}, {low} to {high}; {cost}{members}).",
              "Lavest er det i {name} ({difference}, {low} til {high}; {cost}{members})."),
    "most_none": ("<b>{what}</b> is higher in none.", "<b>{what}</b> er ikke høyere i noe scenario."),
    "fewer_members": (", with {x} members fewer", ", med {x} færre medlemmer"),
    "more_members": (", with {x} members more", ", med {x} flere medlemmer"),
    "neither": ("<b>{what}</b>: no difference can be told from chance.",
                "<b>{what}</b>: ingen forskjell lar seg skille fra tilfeldighet."),
    "cost_more": ("{x} million NOK a year dearer", "{x} millioner kroner dyrere i året"),
    "cost_less": ("{x} million NOK a year cheaper", "{x} millioner kroner billigere i året"),
    "cost_same": ("at the same cost", "til samme kostnad"),
    "short_note": ("These sentences are made from the numbers by rule. They say what the model does, and not why; how sure it "
                   "is stands "
                   "<a href=\"#limits\">below</a>.",
                   "Setningene er laget av tallene etter faste regler. De sier hva modellen gjør, ikke hvorfor; hvor sikkert "
                   "det er, står "
                   "<a href=\"#limits\">lenger ned</a>."),

    # ---- a sweep -------------------------------------------------------------------------------------------------------------
    "h_sweep": ("What the settings do", "Hva innstillingene gjør"),
    "sweep_how": ("A mark is one point of the design: the mean of its runs at the end, of what happens at a rate over the last 24 "
                  "months, with its 95 % interval.",
                  "Et merke er ett punkt i forsøksoppsettet: snittet av kjøringene ved slutten, for rater over de siste 24 månedene, "
                  "med 95 % intervall."),
    "sweep_others": ("Settings that are not shown differ between the points too.",
                     "Innstillinger som ikke vises, er også ulike mellom punktene."),
    "same_point": ("{name} at the same point", "{name} i samme punkt"),
    "sweep_result": ("Result", "Resultat"),
    "sweep_one": ("Everything below shows point {point} of 0 to {n}: {settings}. Another one can be chosen with --point.",
                  "Alt nedenfor viser punkt {point} av 0 til {n}: {settings}. Et annet kan velges med --point."),
    "sweep_some": ("Of {n} scenarios and points, {shown} are drawn; rank correlations are of all.",
                   "Av {n} scenarioer og punkter er {shown} tegnet; rangkorrelasjonene gjelder alle."),
    "sweep_ranks": ("How closely results follow the settings, in {name}", "Hvor tett resultatene følger innstillingene, i {name}"),
    "sweep_ranks_how": ("Rank correlation over points: +1, always more with more of it; −1, always less; near 0, no such order. Below "
                        "0.5 in grey. A correlation misses what rises and falls again.",
                        "Rangkorrelasjon over punktene: +1, alltid mer med mer av den; −1, alltid mindre; nær 0, ingen slik orden. "
                        "Under 0,5 i grått. En korrelasjon fanger ikke det som stiger og så faller."),
    "setting": ("Setting", "Innstilling"),
    "sweep_points": ("{n} points", "{n} punkter"),

    # ---- over time ------------------------------------------------------------------------------------------------------------
    "h_time": ("How it develops", "Utviklingen over tid"),
    "time_how": ("The line is the median of the runs: half of them lie above it. 95 of 100 runs lie inside the band. Point at a "
                 "chart, or "
                 "move to it with Tab and use the arrow keys, to read values of a month in all charts.",
                 "Linjen er medianen av kjøringene: halvparten ligger over. 95 av 100 kjøringer ligger innenfor båndet. Pek på "
                 "en figur, "
                 "eller gå til den med tabulatortasten og bruk piltastene, for å lese av en måned i alle figurene."),
    "choose": ("Scenarios shown (at most four)", "Scenarioer som vises (høyst fire)"),
    "add_scenario": ("Add a scenario", "Legg til scenario"),
    "remove": ("Remove {name}", "Fjern {name}"),
    "as_table": ("The same as a table", "Det samme som tabell"),
    "table_note": ("Median, and in brackets the central 95 % of runs. Rates are means of the 12 months before.",
                   "Median, og i parentes de midterste 95 % av kjøringene. Rater er snitt av de 12 månedene før."),
    "closure": ("no physical meetings", "ingen fysiske møter"),
    "arena": ("Arena", "Arena"),
    "arena_pro": ("Arena Pro", "Arena Pro"),
    "gce": ("GCE", "GCE"),
    "band": ("median and 95 % of runs", "median og 95 % av kjøringene"),
    "year": ("year", "år"),
    "no_value": ("no value", "ingen verdi"),

    # ---- observables: name, explanation, unit ----------------------------------------------------------------------------------
    "members": ("Members", "Medlemmer"),
    "members_is": ("firms that are members", "bedrifter som er medlemmer"),
    "members_unit": ("firms", "bedrifter"),
    "collaboration": ("Collaboration", "Samhandling"),
    "collaboration_is": ("talks, calls, forum exchanges and months of project work that a firm has with others",
                         "samtaler, telefonsamtaler, innlegg på forum og måneder med prosjektarbeid som en bedrift har med "
                         "andre"),
    "collaboration_unit": ("joint events per firm and year", "felles hendelser per bedrift og år"),
    "sense_of_community": ("Sense of community", "Fellesskapsfølelse"),
    "sense_of_community_is": ("how much members feel part of the cluster, on average",
                              "hvor mye medlemmene føler seg som en del av klyngen, i snitt"),
    "sense_of_community_unit": ("scale 0 to 1", "skala 0 til 1"),
    "overview": ("Overview", "Oversikt"),
    "overview_is": ("share of the other members whose competence a member knows",
                    "andel av de andre medlemmene som et medlem kjenner kompetansen til"),
    "overview_unit": ("share, 0 to 1", "andel, 0 til 1"),
    "utilisation": ("Utilisation", "Nyttiggjøring"),
    "utilisation_is": ("benefit that firms realise from their membership, on average",
                       "nytten bedriftene faktisk får av medlemskapet, i snitt"),
    "utilisation_unit": ("scale 0 to 1", "skala 0 til 1"),
    "exits": ("Exits", "Utmeldinger"),
    "exits_is": ("firms that leave the cluster", "bedrifter som forlater klyngen"),
    "exits_unit": ("firms per year", "bedrifter per år"),
    "understanding": ("Understanding", "Forståelse"),
    "understanding_is": ("how well firms understand what cluster work takes",
                         "hvor godt bedriftene forstår hva klyngearbeid krever"),
    "understanding_unit": ("scale 0 to 1", "skala 0 til 1"),
    "anchoring": ("Strategic anchoring", "Strategisk forankring"),
    "anchoring_is": ("ownership, resources and plans that firms have for cluster work",
                     "eierskap, ressurser og planer bedriftene har for klyngearbeidet"),
    "anchoring_unit": ("scale 0 to 1", "skala 0 til 1"),
    "trust": ("Trust", "Tillit"),
    "trust_is": ("mean trust in the members that a member knows", "snitt av tilliten til de medlemmene et medlem kjenner"),
    "trust_unit": ("scale 0 to 1", "skala 0 til 1"),
    "strong_ties": ("Strong ties", "Sterke relasjoner"),
    "strong_ties_is": ("ties of a firm with trust above 0.6", "relasjoner per bedrift med tillit over 0,6"),
    "strong_ties_unit": ("ties per firm", "relasjoner per bedrift"),
    "projects_started": ("Projects started", "Prosjekter startet"),
    "projects_started_is": ("joint projects started in the cluster", "felles prosjekter startet i klyngen"),
    "projects_started_unit": ("projects per year", "prosjekter per år"),
    "realised": ("Potential realised", "Realisert potensial"),
    "realised_is": ("utilisation over what the best feasible partners would give",
                    "nyttiggjøring delt på det de best mulige partnerne ville gitt"),
    "realised_unit": ("ratio", "forholdstall"),

    # ---- comparison ------------------------------------------------------------------------------------------------------------
    "h_compare": ("What the scenarios change, and at what cost", "Hva scenarioene endrer, og hva det koster"),
    "compare_how": ("Differences from {name}. Run number 1 of every scenario has the same luck, run number 2 too, and so on, so "
                    "that "
                    "differences are taken pair by pair and luck that is in both cancels. States are those of {end}; what "
                    "happens at a rate is "
                    "the mean of the last {recent} months. A filled mark is a difference that would come about by chance less "
                    "than once in "
                    "twenty times, all {family} comparisons taken together (Holm); an open circle is within noise.",
                    "Forskjeller fra {name}. Kjøring nummer 1 har samme tilfeldighet i alle scenarioer, det har kjøring nummer "
                    "2 også, og så "
                    "videre. Forskjellene tas derfor par for par, og tilfeldighet som er i begge, faller bort. Tilstander er "
                    "fra {end}; det "
                    "som skjer med en rate, er snittet av de siste {recent} månedene. Et fylt merke er en forskjell som ville "
                    "oppstå ved en "
                    "tilfeldighet sjeldnere enn én av tjue ganger, alle {family} sammenligninger sett under ett (Holm); en åpen "
                    "sirkel er "
                    "innenfor støyen."),
    "observable": ("What is compared", "Hva som sammenlignes"),
    "order": ("Order", "Rekkefølge"),
    "order_file": ("as in the config", "som i oppsettet"),
    "order_difference": ("largest difference first", "størst forskjell først"),
    "difference": ("difference", "forskjell"),
    "interval": ("95 % interval", "95 % intervall"),
    "in_baseline": ("{name} has {x}", "{name} har {x}"),
    "cost_difference": ("cost, million NOK a year", "kostnad, millioner kroner i året"),
    "more": ("more", "mer"),
    "less": ("less", "mindre"),
    "noise": ("within noise", "innenfor støyen"),
    "same": ("the same in every run", "likt i alle kjøringer"),
    "at_a_glance": ("All at a glance", "Alt i én tabell"),
    "glance_note": ("▲ more, ▼ less, ○ within noise, = the same in every run; the numbers are differences from {name}. Costs: "
                    "means from the "
                    "start to {until}. Members, exits and projects are of the whole cluster.",
                    "▲ mer, ▼ mindre, ○ innenfor støyen, = likt i alle kjøringer; tallene er forskjeller fra {name}. Kostnader: "
                    "snitt fra "
                    "start til {until}. Medlemmer, utmeldinger og prosjekter gjelder hele klyngen."),
    "money": ("Cost", "Kostnad"),
    "money_unit": ("million NOK a year", "millioner kroner i året"),
    "money_short": ("mill. NOK a year", "mill. kr i året"),
    "management_hours": ("Management hours", "Klyngeledelsens timer"),
    "management_hours_unit": ("hours a year", "timer i året"),
    "member_hours": ("Members' hours", "Medlemmenes timer"),
    "member_hours_unit": ("hours a year", "timer i året"),
    "no_compare_points": ("There is one scenario, and so nothing to compare it with. What its settings do stands above.",
                          "Det er ett scenario, og altså ingenting å sammenligne det med. Hva innstillingene gjør, står ovenfor."),
    "no_compare_one": ("There is one scenario, and so nothing to compare it with.",
                       "Det er bare ett scenario, og dermed ingenting å "
                       "sammenligne med."),
    "no_compare_few": ("A difference with an interval takes two runs or more of both scenarios. Not compared: {names}.",
                       "En forskjell med intervall krever to eller flere kjøringer av begge scenarioer. Ikke sammenlignet: "
                       "{names}."),

    # ---- quadrants -------------------------------------------------------------------------------------------------------------
    "h_quadrants": ("Understanding and anchoring", "Forståelse og forankring"),
    "quadrants_how": ("The field study found that firms benefit from a cluster when they understand what cluster work takes and "
                      "anchor it in "
                      "their strategy. The map shows the share of members in each of the four fields, and the path of the "
                      "average member.",
                      "Feltstudien fant at bedrifter nyttiggjør seg klyngen når de forstår hva klyngearbeid krever og forankrer "
                      "det "
                      "strategisk. Kartet viser andelen medlemmer i hvert av de fire feltene, og veien det gjennomsnittlige "
                      "medlemmet går."),
    "high_high": ("understand and anchor", "forstår og forankrer"),
    "high_low": ("understand, do not anchor", "forstår, men forankrer ikke"),
    "low_high": ("anchor, do not understand", "forankrer, men forstår ikke"),
    "low_low": ("neither", "ingen av delene"),
    "share_members": ("Share of members", "Andel av medlemmene"),
    "average_member": ("the average member", "det gjennomsnittlige medlemmet"),
    "one_run_points": ("Points: firms of one run.", "Punkter: bedrifter i én kjøring."),
    "no_quadrants": ("The file does not say how members are spread over understanding and anchoring.",
                     "Filen sier ikke hvordan medlemmene fordeler seg på forståelse og forankring."),

    # ---- contact ---------------------------------------------------------------------------------------------------------------
    "h_contact": ("Who talks to whom", "Hvem snakker med hvem"),
    "contact_how": ("Contact between firms can be direct, go through the cluster management (introductions, and work in "
                    "projects that it opened), "
                    "or happen on the digital forum. The field study found that much went through management that could have "
                    "been direct.",
                    "Kontakten mellom bedrifter kan være direkte, gå gjennom klyngeledelsen (introduksjoner og arbeid i "
                    "prosjekter den har "
                    "åpnet), eller skje på det digitale forumet. Feltstudien fant at mye gikk gjennom klyngeledelsen som kunne "
                    "vært direkte."),
    "direct": ("direct", "direkte"),
    "management": ("through management", "gjennom klyngeledelsen"),
    "forum": ("on the forum", "på forumet"),
    "ways": ("Joint events by way of contact", "Felles hendelser etter kontaktform"),
    "arenas": ("Where firms meet", "Hvor bedriftene møtes"),
    "needs": ("First contacts that meet a need", "Første kontakter som dekker et behov"),
    "needs_is": ("a firm comes to know one that has what it needs; by who brought them together",
                 "en bedrift blir kjent med en som har det den trenger; etter hvem som førte dem sammen"),
    "needs_unit": ("contacts per year in the cluster, mean of runs", "kontakter per år i klyngen, snitt av kjøringene"),
    "gathering": ("gatherings", "klyngesamlinger"),
    "course": ("courses", "kurs"),
    "chance": ("chance meetings", "tilfeldige møter"),
    "call": ("calls", "telefon og møter"),
    "introduction": ("introductions", "introduksjoner"),
    "group": ("standing groups", "faste grupper"),
    "project": ("projects", "prosjekter"),
    "first_year": ("first year", "første år"),
    "last_year": ("last year", "siste år"),
    "no_contact": ("The file does not say how members come into contact, or is shorter than a year.",
                   "Filen sier ikke hvordan medlemmene kommer i kontakt, eller den dekker mindre enn ett år."),

    # ---- network ---------------------------------------------------------------------------------------------------------------
    "h_network": ("The network, month by month", "Nettverket, måned for måned"),
    "network_how": ("One run of the scenario {name}: one possible history, not the likely one. A point is a firm; colour tells "
                    "the sector and "
                    "size the employees. Lines are trust between two firms, the stronger the darker. Play it, move the slider, "
                    "or choose a firm.",
                    "Én kjøring av scenarioet {name}: én mulig historie, ikke den sannsynlige. Et punkt er en bedrift; fargen "
                    "viser "
                    "bransjen og størrelsen antall ansatte. Linjene er tillit mellom to bedrifter, jo sterkere desto mørkere. "
                    "Spill av, flytt "
                    "skyveknappen, eller velg en bedrift."),
    "no_network": ("This file holds no firms and ties to play back, since they take much room. To get them, run the scenarios "
                   "again with "
                   "firms and ties of one run kept for each month, and make the page from that file:",
                   "Denne filen inneholder ikke bedrifter og relasjoner å spille av, siden de tar mye plass. For å få dem med: "
                   "kjør "
                   "scenarioene på nytt, ta vare på bedrifter og relasjoner for hver måned i én kjøring, og lag siden av den "
                   "filen:"),
    "no_network_sweep": ("A sweep keeps no firms and ties to play back. To see those of this point, run it alone, with a config that has "
                         "no design, and make the page from that file:",
                         "En serie punkter (sweep) tar ikke vare på bedrifter og relasjoner å spille av. For å se dem i dette punktet: "
                         "kjør det alene, med en konfigurasjon uten forsøksoppsett, og lag siden av den filen:"),
    "no_network_case": ("This file keeps firms and ties, but not of the scenario {name}. Another one can be chosen with "
                        "--network NAME.",
                        "Filen tar vare på bedrifter og relasjoner, men ikke for scenarioet {name}. Et annet kan velges med "
                        "--network NAVN."),
    "few_snapshots": ("The file keeps the network {n} times, {every} months apart. For one a month, run with --set "
                      "output.snapshot_every=0.0833.",
                      "Filen tar vare på nettverket {n} ganger, med {every} måneder mellom. For hver måned: kjør med "
                      "--set output.snapshot_every=0.0833."),
    "play": ("Play", "Spill av"),
    "pause": ("Pause", "Pause"),
    "month": ("Month", "Måned"),
    "ties_shown": ("Ties shown", "Relasjoner som vises"),
    "ties_all": ("trust from 0.2", "tillit fra 0,2"),
    "ties_middle": ("trust from 0.4", "tillit fra 0,4"),
    "ties_strong": ("strong: trust above 0.6", "sterke: tillit over 0,6"),
    "ties_made": ("not to old suppliers", "ikke til gamle leverandører"),
    "arrange": ("Arranged by", "Ordnet etter"),
    "by_ties": ("ties", "relasjoner"),
    "by_sector": ("sector", "bransje"),
    "firm": ("Firm", "Bedrift"),
    "choose_firm": ("Choose a firm", "Velg en bedrift"),
    "how_to_choose": ("Click a firm in the picture, or choose one in the list, to see its history.",
                      "Klikk på en bedrift i bildet, eller velg en i listen, for å se historien dens."),
    "newcomer": ("newcomer (first 12 months)", "nykommer (de første 12 månedene)"),
    "veteran": ("founding member", "grunnleggende medlem"),
    "later": ("joined later", "kom til senere"),
    "by_size": ("employees", "ansatte"),
    "network_now": ("{when}: {members} members, {newcomers} of them newcomers, {ties} ties shown.",
                    "{when}: {members} medlemmer, hvorav {newcomers} nykommere, {ties} relasjoner vises."),
    "firm_about": ("{sector}, {employees} employees, {place}. {joined}{left}",
                   "{sector}, {employees} ansatte, {place}. {joined}{left}"),
    "firm_founder": ("Founding member.", "Grunnleggende medlem."),
    "firm_joined": ("Joined in {when}.", "Ble medlem i {when}."),
    "firm_left": (" Left in {when}.", " Meldte seg ut i {when}."),
    "firm_now": ("{when}: knows {known} members, has {strong} strong ties.",
                 "{when}: kjenner {known} medlemmer, har {strong} sterke relasjoner."),
    "firm_away": ("Not a member in {when}.", "Ikke medlem i {when}."),
    "firm_partners": ("Strongest ties", "Sterkeste relasjoner"),
    "firm_projects": ("Projects", "Prosjekter"),
    "none_yet": ("none", "ingen"),
    "firm_lines": ("Its history", "Historien"),
    "scale": ("scale 0 to 1", "skala 0 til 1"),
    "supplier_tie": ("supplier or customer from before", "leverandør eller kunde fra før"),
    "level_1": ("framework conditions", "rammevilkår"),
    "level_2": ("knowledge sharing", "kunnskapsdeling"),
    "level_3": ("knowledge development", "kunnskapsutvikling"),
    "level_4": ("technology development", "teknologiutvikling"),
    "outcome_running": ("running at the end", "pågår ved slutten"),
    "outcome_failed": ("failed", "mislyktes"),
    "outcome_succeeded": ("succeeded", "lyktes"),
    "outcome_breached": ("failed, trust was breached", "mislyktes, tilliten ble brutt"),
    "outcome_succeeded_breached": ("succeeded, trust was breached", "lyktes, men tilliten ble brutt"),
    "sector_core": ("process industry", "prosessindustri"),
    "sector_supplier": ("supplier", "leverandør"),
    "sector_tech": ("technology firm", "teknologiselskap"),
    "sector_research": ("research and education", "forskning og utdanning"),
    "sector_public": ("public body", "offentlig virksomhet"),
    "sector_investor": ("investor or adviser", "investor eller rådgiver"),
    "sector_other": ("other", "annet"),
    "place_mo": ("Mo i Rana", "Mo i Rana"),
    "place_mosjoen": ("Mosjøen", "Mosjøen"),
    "place_salten": ("Glomfjord and Bodø", "Glomfjord og Bodø"),
    "place_helgeland": ("elsewhere in Helgeland", "ellers på Helgeland"),
    "place_trondelag": ("Trøndelag", "Trøndelag"),
    "place_troms": ("Troms and Finnmark", "Troms og Finnmark"),
    "place_south": ("southern Norway", "Sør-Norge"),

    # ---- validation ---------------------------------------------------------------------------------------------------
    "h_validated": ("What the model was held against", "Hva modellen er prøvd mot"),
    "validated_how": ("Claims of the field study, tried in the model by klynge validate with {replicates} runs of each scenario. "
                      "Only what must emerge without having been written in is evidence for the model.",
                      "Påstander fra feltstudien, prøvd i modellen av klynge validate med {replicates} kjøringer av hvert scenario. "
                      "Bare det som må oppstå uten å være skrevet inn, taler for modellen. Påstandene står på engelsk."),
    "validated_sum": ("{kind}: {passed} of {n} come out as claimed", "{kind}: {passed} av {n} slår til"),
    "built_M": ("must emerge", "må oppstå"),
    "built_P": ("partly written in", "delvis skrevet inn"),
    "built_C": ("written in", "skrevet inn"),
    "claim": ("Claim", "Påstand"),
    "built": ("In the model", "I modellen"),
    "comes_out": ("Comes out", "Slår til"),
    "verdict_pass": ("✓ yes", "✓ ja"),
    "verdict_fail": ("✗ no", "✗ nei"),
    "verdict_cannot tell": ("? cannot tell", "? kan ikke si"),
    "all_claims": ("All {n} claims", "Alle {n} påstander"),

    # ---- limits ----------------------------------------------------------------------------------------------------------------
    "h_limits": ("What is uncertain, and what the model cannot say", "Hva som er usikkert, og hva modellen ikke kan si"),

    # ---- provenance ------------------------------------------------------------------------------------------------------------
    "h_provenance": ("Where this page comes from", "Hvor siden kommer fra"),
    "made_by": ("Made by klynge report from {file}, which Klynge {version} wrote on {started} UTC{commit}.",
                "Laget av klynge report fra {file}, som Klynge {version} skrev {started} UTC{commit}."),
    "commit": (" (source {commit})", " (kildekode {commit})"),
    "commit_dirty": (" (source {commit}, with changes that are not in it)",
                     " (kildekode {commit}, med endringer som ikke er i den)"),
    "again": ("To make it again:", "Slik lages den på nytt:"),
    "again_note": ("The same config and seed give the same numbers on any machine.",
                   "Samme oppsett og samme startverdi gir samme tall på "
                   "enhver maskin."),
    "no_provenance": ("The file does not say what made it.", "Filen sier ikke hva som laget den."),
    "fact_seed": ("seed", "startverdi"),
    "fact_config": ("fingerprint of the config", "fingeravtrykk av oppsettet"),
    "fact_digest": ("fingerprint of the results", "fingeravtrykk av resultatene"),
    "config_given": ("The config", "Oppsettet"),
}

# What the numbers cannot say, from the cautions of the evidence that the model was built on. The key is when it applies.
LIMITS = [
    ("always",
     "<b>It compares, it does not foretell.</b> From stated assumptions the model works out what a policy would change. It is "
     "made to explain "
     "and to compare policies, not to predict a single cluster.",
     "<b>Den sammenligner, den spår ikke.</b> Modellen utleder hva et tiltak ville endre, gitt uttalte antakelser. Den er laget "
     "for å forklare og "
     "sammenligne tiltak, ikke for å forutsi én bestemt klynge."),
    ("always",
     "<b>The bands hold luck only.</b> They show how far runs differ by chance. That many settings of the model are not known "
     "well comes on top "
     "and is not in any interval on this page: most of them are assumed by judgement, within a range.",
     "<b>Båndene rommer bare tilfeldighet.</b> De viser hvor ulike kjøringene blir ved slump. At mange av modellens verdier "
     "ikke er godt kjent, "
     "kommer i tillegg og er ikke med i noe intervall på denne siden: de fleste er anslått skjønnsmessig, innenfor et spenn."),
    ("always",
     "<b>A narrow interval is not a true model.</b> More runs make intervals as narrow as one likes. They say how surely the "
     "model says something, "
     "not how surely it is so.",
     "<b>Et smalt intervall gjør ikke modellen sann.</b> Flere kjøringer gjør intervallene så smale man vil. De sier hvor "
     "sikkert modellen hevder "
     "noe, ikke hvor sikkert det er slik."),
    ("closure",
     "<b>Growth and closure came together.</b> Members doubled from 2018 to 2020, physical meetings stopped in March 2020, and "
     "the interviews behind "
     "the model were made in spring 2021. What growth did and what the closure did cannot be told apart in such a history; it "
     "takes scenarios with one "
     "and without the other.",
     "<b>Vekst og nedstenging kom sammen.</b> Medlemstallet ble doblet fra 2018 til 2020, fysiske møter stanset i mars 2020, og "
     "intervjuene bak modellen "
     "ble gjort våren 2021. Hva veksten gjorde og hva nedstengingen gjorde, kan ikke skilles i en slik historie; det krever "
     "scenarioer med det ene og "
     "uten det andre."),
    ("always",
     "<b>The evidence is narrow.</b> The field study talked to 15 managers of one cluster, of 18 that the cluster management "
     "suggested. A share of “about "
     "half” among 15 could be anything from 21 to 79 per cent.",
     "<b>Grunnlaget er smalt.</b> Feltstudien snakket med 15 ledere i én klynge, av 18 som klyngeledelsen foreslo. En andel på "
     "«omtrent halvparten» "
     "blant 15 kan være alt fra 21 til 79 prosent."),
    ("always",
     "<b>Some results are put in.</b> A model shows readily what somebody coded. Only what emerges without having been written "
     "in counts as evidence for "
     "it. The table of <code>klynge validate</code> lists 50 findings with which of them were coded, which must emerge, and "
     "which of those do.",
     "<b>Noen resultater er lagt inn.</b> En modell viser lett det noen har programmert. Bare det som oppstår uten å være "
     "skrevet inn, taler for "
     "modellen. Tabellen fra <code>klynge validate</code> viser 50 funn: hvilke som er lagt inn, hvilke som må oppstå, og "
     "hvilke av dem som gjør det."),
    ("always",
     "<b>Benefit is the model's, not what managers report.</b> What managers say about benefit is coloured by how they feel "
     "about the cluster; "
     "utilisation on this page is not.",
     "<b>Nytten er modellens, ikke den ledere oppgir.</b> Det ledere sier om nytte, farges av hva de føler for klyngen; "
     "nyttiggjøringen på denne siden "
     "gjør ikke det."),
    ("network",
     "<b>The network is one run.</b> Firms are made up from the size, place and trade of the real ones, or stand in a list that "
     "was given; that two of them trust each "
     "other in a run says nothing about two real firms.",
     "<b>Nettverket er én kjøring.</b> Bedriftene er tenkte, med størrelse, sted og bransje som de virkelige, eller står på en "
     "liste som er oppgitt; at to av dem stoler "
     "på hverandre i en kjøring, sier ingenting om to virkelige bedrifter."),
    ("few",
     "<b>Few runs.</b> With fewer than 30 runs of a scenario, bands and intervals are rough.",
     "<b>Få kjøringer.</b> Med færre enn 30 kjøringer av et scenario er bånd og intervaller grove."),
]


class Words:
    """The texts of one language."""

    def __init__(self, language):
        self.language, self.at = language, LANGUAGES.index(language)

    def __call__(self, key, **fill):
        return TEXTS[key][self.at].format(**fill) if fill else TEXTS[key][self.at]

    def has(self, key):
        return key in TEXTS

    def all(self):
        return {key: texts[self.at] for key, texts in TEXTS.items()}

    def limits(self, applies):
        return [(en, nb)[self.at] for when, en, nb in LIMITS if when in applies]

    def number(self, x, figures=3):
        """As a reader would write it: 83, 4.21 or 4,21, a true minus, a narrow space between thousands."""
        if x is None:
            return "–"
        size = abs(x)
        places = max(0, figures - 1 - _magnitude(size, figures))
        if float(f"{size:.{places}f}").is_integer() and size >= 1:
            places = 0
        if not float(f"{size:.{places}f}"):
            return "0"
        text = f"{size:,.{places}f}".replace(",", "\u202f")
        if self.language == "nb":
            text = text.replace(".", ",")
        return ("−" if x < 0 else "") + text

    def signed(self, x, figures=2):
        text = self.number(x, figures)
        return "+" + text if x is not None and x > 0 and text != "0" else text

    def month(self, time):
        """The month that ends at a time in decimal years."""
        months = round(time * 12) - 1
        return f"{self('months').split()[months % 12]} {months // 12}"

    def turn(self, time):
        """The month that begins at a time."""
        return self.month(time + 1 / 12)


def _magnitude(size, figures):
    """Power of ten of a number; for two figures, as of differences, not below a thousandth, for three not below a tenth."""
    magnitude = -1 if figures > 2 else -3
    while magnitude < 9 and size >= 10 ** (magnitude + 1):
        magnitude += 1
    return magnitude
