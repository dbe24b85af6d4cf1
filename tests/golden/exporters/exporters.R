# Scores and loadings from the R code that `practicework export` writes, run as it is. Run in this folder: Rscript exporters.R
# R 4.2.2 with psych 2.2.9 and lavaan 0.6-14. `python tests/instruments.py` wrote the scripts; the tests hold the exporters
# against their text. Scores of the first 300 people of examples/bfi with a missing answer; loadings of all complete rows.
source("../save.R")
data <- list(published = read.csv("../../../data/raw/schmitt2021_synthetic.csv"),
             bfi = read.csv("../../../examples/bfi/data/raw/bfi.csv"))
data$mixed <- data$bfi
loadings <- NULL
for (name in names(data)) {
  responses <- data[[name]]
  if (name != "published") responses <- head(responses[rowSums(is.na(responses[1:25])) > 0, ], 300)
  suppressMessages(suppressWarnings(source(paste0("exporters_", name, "_psych.R"))))
  save(scores, paste0("exporters_", name, "_scores"))
  responses <- data[[name]]
  suppressMessages(source(paste0("exporters_", name, "_lavaan.R")))
  s <- standardizedSolution(fit)
  l <- s[s$op == "=~", ]
  loadings <- rbind(loadings, data.frame(study = name, n = lavInspect(fit, "nobs"),
    factor = l$lhs, item = l$rhs, loading = l$est.std))
}
save(loadings, "exporters_loadings")
