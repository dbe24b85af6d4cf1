# Specifications of one interaction in the first 400 rows of bfi. Run in this folder: Rscript multiverse.R
# R 4.2.2, sandwich 3.0-2, lavaan 0.6-14 (Bartlett scores of one-factor models). Huber's regression is MASS::rlm with the exact
# constant qnorm(.75) of the MAD, which MASS rounds to 0.6745.
source("../save.R")
prefix <- "multiverse_"
suppressMessages({ library(sandwich); library(lavaan) })
d <- read.csv("../../../examples/bfi/data/raw/bfi.csv")[1:400, ]
for (i in c("A1", "E1", "E2")) d[[i]] <- 7 - d[[i]]
items <- lapply(c(agree = "A", extraversion = "E", neuroticism = "N"), function(s) paste0(s, 1:5))
mean_of <- function(names, needed) { x <- d[names]; m <- rowMeans(x, na.rm = TRUE); m[rowSums(!is.na(x)) < ceiling(needed * length(names))] <- NA; m }
# loadings with the mean 1, so that scores have the unit of the mean of the items
bartlett <- function(names, kept) {
  use <- which(kept & complete.cases(d[names])); x <- as.matrix(d[use, names])
  f <- cfa(paste("f =~", paste(names, collapse = " + ")), d[use, ], std.lv = TRUE, optim.force.converged = FALSE,
           control = list(rel.tol = 1e-14, x.tol = 1e-14, iter.max = 5000))
  l <- lavInspect(f, "est")$lambda[, 1]; psi <- diag(lavInspect(f, "est")$theta); l <- l / mean(l)
  w <- (l / psi) / sum(l^2 / psi); out <- rep(NA, nrow(d)); out[use] <- sweep(x, 2, colMeans(x)) %*% w + mean(x); out }
values <- function(scoring, dropped, kept) lapply(items, function(names) {
  names <- setdiff(names, dropped)
  v <- if (scoring == "bartlett") bartlett(names, kept) else mean_of(names, if (scoring == "mean") .8 else 1)
  ifelse(kept, v, NA) })
huber <- function(form, e) { b <- coef(lm(form, e)); X <- model.matrix(form, e); y <- e$agree
  for (i in 1:2000) { r <- as.vector(y - X %*% b); s <- median(abs(r)) / qnorm(.75); w <- pmin(1, 1.345 * s / abs(r)); b <- coef(lm.wfit(X, y, w)) }; b }
everybody <- rep(TRUE, nrow(d))
v <- values("mean", character(), everybody)
primary <- lm(agree ~ extraversion * neuroticism, data.frame(v), na.action = na.exclude)
large <- abs(rstudent(primary)) > 3; cook <- cooks.distance(primary) > 4 / nobs(primary)
large[is.na(large)] <- FALSE; cook[is.na(cook)] <- FALSE
sets <- list(none = everybody, influential = !(large | cook), outliers = !large)
rows <- list()
for (scoring in c("mean", "complete", "bartlett")) for (exclusion in names(sets)) for (age in c(FALSE, TRUE)) for (dropped in c("all", "A1", "A4"))
  for (estimator in c("ols", "huber")) for (transform in c("none", "rank")) {
    e <- data.frame(values(scoring, dropped, sets[[exclusion]]), age = d$age); e <- e[complete.cases(e[c(names(items), if (age) "age")]), ]
    if (transform == "rank") { r <- rank(e$agree); e$agree <- mean(e$agree) + (r - mean(r)) / sd(r) * sd(e$agree) }
    e$extraversion <- e$extraversion - mean(e$extraversion); e$neuroticism <- e$neuroticism - mean(e$neuroticism)
    form <- if (age) agree ~ extraversion * neuroticism + age else agree ~ extraversion * neuroticism
    term <- "extraversion:neuroticism"; spread <- sd(e$extraversion) * sd(e$neuroticism) / sd(e$agree)
    if (estimator == "ols") { m <- lm(form, e); b <- coef(m)[[term]]; se <- sqrt(vcov(m)[term, term]); hc3 <- sqrt(vcovHC(m, "HC3")[term, term]) }
    else { b <- huber(form, e)[[term]]; se <- NA; hc3 <- NA }
    rows[[length(rows) + 1]] <- data.frame(scoring, exclusion, covariates = if (age) "age" else "none", outcome_items = dropped, estimator, transform, n = nrow(e), estimate = b, std_error = se, hc3, std_estimate = b * spread)
  }
save(do.call(rbind, rows), "specifications")
save(data.frame(row = which(large | cook), large = as.integer(large[large | cook])), "excluded")
