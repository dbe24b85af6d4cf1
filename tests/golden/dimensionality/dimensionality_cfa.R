# Confirmatory factor analysis of examples/bfi by lavaan. Run in this folder: Rscript dimensionality_cfa.R
# R 4.2.2 with lavaan 0.6-14 and semTools 0.5-6. Complete rows over the model's items; reverse-keyed items turned on 1 to 6.
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"), neuroticism = c("N1", "N2", "N3", "N4", "N5"),
             openness = c("O1", "-O2", "O3", "O4", "-O5"))
source("../save.R")
answers <- data
for (one in sub("-", "", grep("^-", unlist(keys), value = TRUE))) answers[[one]] <- 7 - answers[[one]]
keys <- lapply(keys, function(key) sub("-", "", key))
# the models: scales and the rows they take; "small" has few people, "mixed" scales of three, two and four items
models <- c(lapply(keys, function(key) NULL), list(all = NULL, small = NULL, mixed = NULL))
scales <- c(lapply(names(keys), function(k) keys[k]), list(keys), list(keys[c("agree", "neuroticism")]),
            list(list(agree = keys$agree[2:4], conscientious = keys$conscientious[1:2], neuroticism = keys$neuroticism[1:4])))
names(scales) <- names(models)
scaled <- fit <- loadings <- correlations <- residuals <- validity <- NULL
for (name in names(scales)) {
  key <- scales[[name]]
  rows <- na.omit(answers[unlist(key)])
  if (name == "small") rows <- rows[1:75, ]
  syntax <- paste(sapply(names(key), function(k) paste(k, "=~", paste(key[[k]], collapse = " + "))), collapse = "\n")
  model <- cfa(syntax, data = rows, std.lv = TRUE)
  m <- fitMeasures(model)
  fit <- rbind(fit, data.frame(model = name, n = nrow(rows), parameters = m["npar"], chisq = m["chisq"], df = m["df"], p_value = m["pvalue"],
    cfi = m["cfi"], tli = m["tli"], rmsea = m["rmsea"], rmsea_low = m["rmsea.ci.lower"], rmsea_high = m["rmsea.ci.upper"], srmr = m["srmr"],
    loglik = m["logl"], aic = m["aic"], bic = m["bic"], baseline_chisq = m["baseline.chisq"], baseline_df = m["baseline.df"]))
  if (m["df"] > 0) {
    sb <- fitMeasures(cfa(syntax, data = rows, std.lv = TRUE, estimator = "MLM"))
    yb <- fitMeasures(cfa(syntax, data = rows, std.lv = TRUE, estimator = "MLR"))
    k <- ncol(rows); d <- m[["df"]]; q <- (sqrt(1 + 4 * k * (k + 1) - 8 * d) - 1) / 2
    swain <- 1 - (k * (2 * k^2 + 3 * k - 1) - q * (2 * q^2 + 3 * q - 1)) / (12 * d * (nrow(rows) - 1))
    scaled <- rbind(scaled, data.frame(model = name, chisq_swain = swain * m["chisq"],
      chisq_satorra_bentler = sb["chisq.scaled"], p_value_satorra_bentler = sb["pvalue.scaled"], scaling_satorra_bentler = sb["chisq.scaling.factor"],
      chisq_yuan_bentler = yb["chisq.scaled"], p_value_yuan_bentler = yb["pvalue.scaled"], scaling_yuan_bentler = yb["chisq.scaling.factor"]))
  }
  s <- standardizedSolution(model)
  l <- s[s$op == "=~", ]
  loadings <- rbind(loadings, data.frame(model = name, scale = l$lhs, item = l$rhs, loading = l$est.std, std_error = l$se, p_value = l$pvalue,
    ci_low = l$ci.lower, ci_high = l$ci.upper))
  c <- s[s$op == "~~" & s$lhs != s$rhs, ]
  if (nrow(c)) correlations <- rbind(correlations, data.frame(model = name, scale_a = c$lhs, scale_b = c$rhs, r = c$est.std, std_error = c$se,
    ci_low = c$ci.lower, ci_high = c$ci.upper))
  left <- lavResiduals(model, type = "cor.bentler")$cov
  pairs <- t(combn(colnames(left), 2))
  residuals <- rbind(residuals, data.frame(model = name, item_a = pairs[, 1], item_b = pairs[, 2], r = cor(rows)[pairs], residual = left[pairs]))
  # semTools in standardised units, so that its average variance extracted is the mean squared loading
  standard <- cfa(syntax, data = as.data.frame(scale(rows)), std.lv = TRUE)
  validity <- rbind(validity, data.frame(model = name, scale = names(key), ave = as.numeric(AVE(standard, obs.var = FALSE)),
    composite_reliability = as.numeric(compRelSEM(standard, obs.var = FALSE))[seq_along(key)]))
}
save(fit, "dimensionality_cfa_fit"); save(loadings, "dimensionality_cfa_loadings"); save(correlations, "dimensionality_cfa_correlations")
save(residuals, "dimensionality_cfa_residuals"); save(validity, "dimensionality_cfa_validity")
save(scaled, "dimensionality_cfa_scaled")

# rival models of the published study: outcome and predictor merged, and one factor
raw <- read.csv("../../../data/raw/schmitt2021_synthetic.csv")[-1]
own <- split(names(raw), factor(sub("_[0-9]+$", "", names(raw)), levels = unique(sub("_[0-9]+$", "", names(raw)))))
factors <- list(scales = own, merged = c(list(merged = c(own$promotion, own$usefulness)), own[c("support", "social_selling_use")]),
                one_factor = list(all = names(raw)))
fits <- lapply(factors, function(key) cfa(paste(sapply(names(key), function(k) paste(k, "=~", paste(key[[k]], collapse = " + "))), collapse = "\n"),
                                         data = raw, std.lv = TRUE))
rivals <- do.call(rbind, lapply(names(fits), function(name) {
  m <- fitMeasures(fits[[name]]); d <- m["chisq"] - fitMeasures(fits$scales, "chisq"); e <- m["df"] - fitMeasures(fits$scales, "df")
  data.frame(rival = name, chisq = m["chisq"], df = m["df"], cfi = m["cfi"], tli = m["tli"], rmsea = m["rmsea"], srmr = m["srmr"], bic = m["bic"],
             chisq_difference = d, df_difference = e, p_difference = pchisq(d, e, lower.tail = FALSE))
}))
save(rivals, "dimensionality_cfa_rivals")
study <- lapply(c(swain = "ML", satorra_bentler = "MLM", yuan_bentler = "MLR"), function(e) fitMeasures(cfa(
  paste(sapply(names(own), function(k) paste(k, "=~", paste(own[[k]], collapse = " + "))), collapse = "\n"), data = raw, std.lv = TRUE, estimator = e)))
save(data.frame(chisq_satorra_bentler = study$satorra_bentler["chisq.scaled"], chisq_yuan_bentler = study$yuan_bentler["chisq.scaled"]), "dimensionality_cfa_published")
