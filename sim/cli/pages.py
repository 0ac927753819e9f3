#!/usr/bin/python3
"""Man pages, bash completion and a page of each verb from what the program says about itself: pages.py BUILD [DATE].

Reads `klynge help --json` and `klynge VERB --help --json`, which come from the tables that `--help` is printed from (options.c, verb.c,
and those of the verbs written in Python), and writes BUILD/man/klynge.1, BUILD/man/klynge-VERB.1, BUILD/completion/klynge and, in Markdown, BUILD/pages/FOLDER/verb_VERB.md,
where FOLDER is that of the verb's source: `make reference` puts them there.
"""
import json
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PLAIN = "CONFIG"  # operand of verbs that read a config


def ask(program, *words):
    return json.loads(subprocess.run([program, *words, "--json"], check=True, capture_output=True, text=True).stdout)


# ---- man pages, man(7) -----------------------------------------------------------------------------------------------------


def roff(text):
    """Text as roff takes it: hyphens as they are typed, no line that is a request, other letters by their number."""
    text = text.replace("\\", r"\(rs").replace("-", r"\-").replace("`", r"\(ga").replace("'", r"\(aq").replace('"', r"\(dq")
    text = text.replace("^", r"\(ha").replace("~", r"\(ti")
    text = "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)
    text = re.sub(r"(?<=\w),(?=\w)", r",\\:", text)  # a list without blanks can be broken
    return r"\&" + text if text.startswith((".", r"\(aq")) else text


def paragraph(text):
    """Filled text in short source lines; each of them must not look like a request."""
    return [roff(line) for line in textwrap.wrap(text, 90, break_long_words=False, break_on_hyphens=False)]


def literal(text):
    """Lines as they are."""
    return [".PP", ".nf", *(roff(line) if line.strip() else "" for line in text.rstrip().splitlines()), ".fi"]


def option_lines(option):
    letter = f"\\fB{roff('-' + option['letter'])}\\fR, " if option["letter"] else ""
    argument = f" \\fI{roff(option['argument'])}\\fR" if option["argument"] else ""
    return [".TP", f"{letter}\\fB{roff('--' + option['name'])}\\fR{argument}", *paragraph(option["help"])]


def heading(name, about, line):
    return [f'.TH {roff(name.upper())} 1 "{about["date"]}" "klynge {about["version"]}" "Klynge"', ".nh", ".ad l", ".SH NAME",
            f"{roff(name)} \\- {roff(line)}"]


def verb_page(verb, about):
    lines = heading(f"klynge-{verb['name']}", about, verb["line"]) + [".SH SYNOPSIS", *paragraph(verb["usage"]), ".SH DESCRIPTION"]
    for k, text in enumerate(verb["text"].split("\n\n")):
        lines += [".PP"] * (k > 0) + paragraph(text)
    lines.append(".SH OPTIONS")
    for option in verb["options"]:
        lines += option_lines(option)
    if verb["examples"]:
        lines.append(".SH EXAMPLES")
    for command, shows in verb["examples"]:
        lines += [".TP", f"\\fB{roff(command)}\\fR", *paragraph(shows)]
    if verb["codes"]:
        lines.append(".SH EXIT STATUS")
    for code, meaning in verb["codes"]:
        lines += [".TP", f"\\fB{code}\\fR", *paragraph(meaning)]
    if verb.get("more"):
        lines += [".SH NOTES", *literal(verb["more"])[1:]]
    return lines + [".SH SEE ALSO", ".BR klynge (1)"]


def program_page(verbs, about):
    lines = heading("klynge", about, "simulate firms in an industry cluster") + [
        ".SH SYNOPSIS", "\\fBklynge\\fR \\fIVERB\\fR [\\fIARGUMENTS\\fR] [\\fIOPTIONS\\fR]", ".SH DESCRIPTION",
        *paragraph("Simulates how firms in a network come to know, trust and work with each other, and what facilitation does to that: an "
                   "agent-based simulator, reproducible to the bit, run from config files."), ".SH VERBS"]
    for verb in verbs:
        lines += [".TP", f"\\fB{roff(verb['name'])}\\fR", *paragraph(verb["line"])]
    return lines + [".SH SEE ALSO", ",\n".join(f".BR {roff('klynge-' + verb['name'])} (1)" for verb in verbs).replace(",\n", " ,\n")]


# ---- a page of each verb, Markdown ---------------------------------------------------------------------------------------------


def cell(text):
    """Text in a table."""
    return text.replace("|", r"\|").replace("<", "&lt;").replace("\n", " ")


def folder_of(name):
    """Where the source of a verb is: those written in Python are programs of their own."""
    return "analysis" if (ROOT / "analysis" / f"klynge-{name}").is_file() else "sim/cli"


def markdown(verb):
    name = verb["name"]
    source = f"klynge-{name}" if folder_of(name) == "analysis" else f"verb_{name}.c"
    link = f"[{source}]({source})" if (ROOT / folder_of(name) / source).is_file() else "sim/cli"
    lines = [f"# klynge {name}", "", f"*{verb['line']}*. Made by `make reference` from the table of `klynge {name} --help`; source: {link}.",
             "", "```", verb["usage"], "```", ""]
    for text in verb["text"].split("\n\n"):
        lines += [*textwrap.wrap(text, 130, break_long_words=False, break_on_hyphens=False), ""]
    lines += ["| option | what it does |", "| --- | --- |"]
    for option in verb["options"]:
        letter = f"`-{option['letter']}`, " if option["letter"] else ""
        argument = f" {option['argument']}" if option["argument"] else ""
        lines.append(f"| {letter}`--{option['name']}{cell(argument)}` | {cell(option['help'])} |")
    if verb["examples"]:
        lines += ["", "```sh", *(line for command, shows in verb["examples"] for line in (f"# {shows}", command)), "```"]
    if verb.get("more"):
        lines += ["", "```", verb["more"].strip(), "```"]
    if verb["codes"]:
        lines += ["", "| exit code | means |", "| --- | --- |", *(f"| {code} | {cell(meaning)} |" for code, meaning in verb["codes"])]
    return "\n".join(lines) + "\n"


# ---- bash completion -----------------------------------------------------------------------------------------------------------

COMPLETION = """# bash completion for klynge: made by sim/cli/pages.py from the tables of its --help
_klynge_paths() {{ # names of parameters
    "$1" params --json 2>/dev/null | grep -o '"name":"[a-z][a-z_0-9.]*"' | cut -d'"' -f4 | grep -F .
}}

_klynge() {{
    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}} verb=${{COMP_WORDS[1]}} options valued operands
    COMPREPLY=()
    if [ "$COMP_CWORD" = 1 ]; then
        COMPREPLY=($(compgen -W '{verbs} help --help --version' -- "$cur"))
        return
    fi
    case $verb in
    help) COMPREPLY=($(compgen -W '{verbs}' -- "$cur")); return ;;
{cases}
    *) compopt -o default; return ;;
    esac
    if [ "$prev" = --set ] || {{ [ "$prev" = -s ] && [[ " $valued " == *' -s '* ]]; }}; then
        compopt -o nospace
        COMPREPLY=($(compgen -S = -W "$(_klynge_paths "${{COMP_WORDS[0]}}")" -- "$cur"))
    elif [[ " $valued " == *" $prev "* ]]; then
        compopt -o default
    elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
    elif [ "$operands" = NAME ]; then
        COMPREPLY=($(compgen -W "$(_klynge_paths "${{COMP_WORDS[0]}}")" -- "$cur"))
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <({{ compgen -d -- "$cur"; compgen -f -X "!*.$operands" -- "$cur"; }} | sort -u)
        [ ${{#COMPREPLY[@]}} -gt 0 ] || compopt -o default
    fi
}}
complete -F _klynge klynge
"""


def words_of(option):
    return [f"--{option['name']}"] + ([f"-{option['letter']}"] if option["letter"] else [])


def operand_kind(verb):
    """What completes an operand: NAME of a parameter, or files by how their names end."""
    first = verb["usage"].split()[2].strip("[].")
    return "NAME" if first == "NAME" else "cfg" if PLAIN in verb["usage"] else "h5"


def completion(verbs):
    cases = []
    for verb in verbs:
        options = " ".join(f"--{option['name']}" for option in verb["options"])
        valued = " ".join(word for option in verb["options"] if option["argument"] for word in words_of(option))
        cases.append(f"    {verb['name']}) options='{options}' valued='{valued}' operands={operand_kind(verb)} ;;")
    return COMPLETION.format(verbs=" ".join(verb["name"] for verb in verbs), cases="\n".join(cases))


def main(build, date="undated"):
    build = pathlib.Path(build)
    program = str(build / "klynge")
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]
    about = {"version": version, "date": date}
    verbs = [{**ask(program, listed["name"], "--help"), **listed} for listed in ask(program, "help")["verbs"]]
    pages = {"klynge.1": program_page(verbs, about)} | {f"klynge-{verb['name']}.1": verb_page(verb, about) for verb in verbs}
    for folder in ("man", "completion"):
        (build / folder).mkdir(exist_ok=True)
    for name, lines in pages.items():
        (build / "man" / name).write_text("\n".join(lines) + "\n", encoding="ascii")
    (build / "completion" / "klynge").write_text(completion(verbs), encoding="ascii")
    for verb in verbs:
        page = build / "pages" / folder_of(verb["name"]) / f"verb_{verb['name']}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(markdown(verb), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
