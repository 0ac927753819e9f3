# Does a result file open with no help in R's ncdf4?  Rscript --vanilla readers.R FILE.h5
# The last line is "N passed, N failed".
suppressMessages(library(ncdf4))
path <- commandArgs(trailingOnly = TRUE)[1]
passed <- 0
failed <- 0

check <- function(sentence, good) {
  good <- tryCatch(isTRUE(good), error = function(e) { cat("       ", conditionMessage(e), "\n"); FALSE })
  if (good) passed <<- passed + 1 else { failed <<- failed + 1; cat("  FAIL ", sentence, "\n") }
}

file <- nc_open(path)
names_of <- names(file$var)
precision <- function(name) file$var[[name]]$prec
dims_of <- function(name) rev(sapply(file$var[[name]]$dim, function(d) d$name)) # as in C, R turns them round
inside <- function(group) names_of[startsWith(names_of, paste0(group, "/"))]
root <- names_of[!grepl("/", names_of)]
runs <- root[sapply(root, function(n) length(dims_of(n)) >= 4)]

scenarios <- file$dim$scenario$vals
time <- file$dim$time$vals
check("scenario is text", is.character(scenarios) && all(nchar(scenarios) > 0))
check("time is decimal years", is.numeric(time) && file$dim$time$units == "year" && all(diff(time) > 0) && time[1] > 1900)
check("replicate is unlimited", file$dim$replicate$unlim)

check("there are observables", length(runs) > 0)
check("observables are double", all(sapply(runs, precision) == "double"))
check("observables have scenario, point, replicate first",
      all(sapply(runs, function(n) identical(dims_of(n)[1:3], c("scenario", "point", "replicate")))))
check("observables end in time", all(sapply(runs, function(n) tail(dims_of(n), 1) %in% c("time", "time_network"))))
check("observables have units", all(sapply(runs, function(n) nchar(file$var[[n]]$units) > 0)))
check("observables have a long_name", all(sapply(runs, function(n) ncatt_get(file, n, "long_name")$hasatt)))
check("observables have cell_methods", all(sapply(runs, function(n) ncatt_get(file, n, "cell_methods")$hasatt)))
check("fill values are NaN", all(sapply(runs, function(n) is.nan(ncatt_get(file, n, "_FillValue")$value))))

values <- ncvar_get(file, runs[1], collapse_degen = FALSE)
check("an observable has its shape", identical(dim(values), as.integer(rev(c(
  length(scenarios), file$dim$point$len, file$dim$replicate$len, length(time))))))
check("an observable has numbers", any(is.finite(values)))

status <- ncvar_get(file, "status")
check("status is byte, of 0, 1 and 2", precision("status") == "byte" && all(status %in% 0:2))
check("status has flag_meanings", ncatt_get(file, "status", "flag_meanings")$value == "done failed not_run")
seeds <- ncvar_get(file, "seed")
check("seeds are exact whole numbers below 2^53",
      length(seeds) == file$dim$replicate$len && all(seeds == floor(seeds) & seeds >= 0 & seeds < 2^53))
check("seeds differ", !any(duplicated(seeds)))
digests <- ncvar_get(file, "digest")
check("digests are text of 32 digits", is.character(digests) && all(grepl("^[0-9a-f]{32}$", digests[status == 0])))
check("questions are text", is.character(ncvar_get(file, "question")))
check("the schema is 1", ncatt_get(file, 0, "klynge_schema")$value == 1)
check("Conventions are CF-1.8", ncatt_get(file, 0, "Conventions")$value == "CF-1.8")
check("the rest of the root are status, seed, digest, question and swept parameters", all(
  setdiff(root, runs) %in% c("status", "seed", "digest", "question") | startsWith(setdiff(root, runs), "param_")))

cost <- inside("cost")
check("/cost has observables", length(cost) > 0 && all(sapply(cost, precision) == "double"))
check("/cost has units that are no spans", all(sapply(cost, function(n) file$var[[n]]$units) %in% c("h", "NOK", "1")))
check("/cost has the coordinates of the root",
      identical(as.vector(ncvar_get(file, "cost/scenario")), as.vector(scenarios)) && all(ncvar_get(file, "cost/time") == time))
check("/cost has numbers", is.numeric(ncvar_get(file, cost[1])))

identity <- c(scenario_index = "int", point_index = "int", replicate_index = "int", snapshot_time = "double",
              cluster = "int", uid = "unsigned int")
check_rows <- function(group) {
  for (n in names(identity)) {
    name <- paste0(group, "/", n)
    check(paste(name, "is", identity[n]), name %in% names_of && precision(name) == identity[n])
  }
  keys <- lapply(names(identity), function(n) as.vector(ncvar_get(file, paste0(group, "/", n))))
  check(paste(group, "has its rows in order"), identical(do.call(order, keys), seq_along(keys[[1]])))
}

if (length(inside("panel"))) {
  check_rows("panel")
  fields <- setdiff(inside("panel"), paste0("panel/", names(identity)))
  check("/panel: every field is found, as double, float or int",
        length(fields) > 0 && all(sapply(fields, precision) %in% c("double", "float", "int")))
  check("/panel: every field is read", all(sapply(fields, function(n) is.numeric(ncvar_get(file, n)))))
}
if (length(inside("projects"))) {
  expected <- c("projects/start" = "double", "projects/project_level" = "byte", "projects/outcome" = "byte",
                "projects/n" = "byte", "projects/team" = "int", "projects/trust" = "double")
  for (n in names(expected)) check(paste(n, "is", expected[n]), precision(n) == expected[n])
  team <- ncvar_get(file, "projects/team")
  check("/projects: a team has n firms, of 8 seats",
        nrow(team) == 8 && all(colSums(!is.na(team) & team >= 0) == ncvar_get(file, "projects/n")))
}
if (length(inside("ties"))) {
  check_rows("ties")
  expected <- c("ties/n_ties" = "int", "ties/to" = "unsigned int", "ties/kind" = "byte", "ties/age" = "float")
  for (n in names(expected)) check(paste(n, "is", expected[n]), precision(n) == expected[n])
  check("/ties: n_ties add up", sum(ncvar_get(file, "ties/n_ties")) == length(ncvar_get(file, "ties/to")))
}

check("/provenance: JSON is text", grepl("\"software\"", ncvar_get(file, "provenance/json")))
check("/provenance: configs are text", nchar(ncvar_get(file, "provenance/config_given")) > 0 &&
      nchar(ncvar_get(file, "provenance/config_resolved")) > 0)
nc_close(file)

cat(passed, "passed,", failed, "failed\n")
quit(status = as.integer(failed > 0))
