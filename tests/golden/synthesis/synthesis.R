# Meta-analysis and one-stage regression as R finds them. Run in this folder: Rscript synthesis.R
# R 4.2.2 with metafor 3.8-1 (its dat.bcg: Colditz et al., 1994) and sandwich 3.0-2. The tolerances are tightened, because
# metafor's defaults are absolute and too large for coefficients of .01.
source("../save.R")
suppressMessages(library(metafor))
prefix <- "synthesis_"

# three samples of one survey (examples/globalwarming, by party), predictor and moderator centred within samples
data <- read.csv("../../../examples/globalwarming/data/raw/globalWarm.csv")
centred <- function(v, by) v - ave(v, by)
data$x <- centred(data$negemot, data$partyid); data$w <- centred(data$age, data$partyid)
by_party <- lapply(1:3, function(party) lm(govact ~ x * w + posemot + ideology + sex, data[data$partyid == party, ]))
effects <- data.frame(
  set = "parties", sample = c("democrats", "independents", "republicans"),
  estimate = sapply(by_party, function(m) coef(m)[["x:w"]]),
  std_error = sapply(by_party, function(m) sqrt(sandwich::vcovHC(m, "HC3")["x:w", "x:w"])))
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
five <- data.frame(set = "five", sample = letters[1:5], estimate = c(.31, .12, .18, -.05, .09),
                   std_error = sqrt(1 / (c(75, 120, 210, 96, 340) - 5)))
effects <- rbind(effects, five, data.frame(set = "bcg", sample = as.character(bcg$trial), estimate = as.numeric(bcg$yi),
                                           std_error = sqrt(bcg$vi)))
save(effects, "effects")

tight <- list(REML = list(threshold = 1e-14, maxiter = 1000), PM = list(tol = 1e-14))
pooled <- leave <- NULL
for (set in unique(effects$set)) {
  some <- effects[effects$set == set, ]
  fixed <- rma(yi = estimate, sei = std_error, data = some, method = "FE")
  pooled <- rbind(pooled, data.frame(set, method = "common", interval = "wald", estimate = fixed$b[1], std_error = fixed$se,
    p_value = fixed$pval, ci_low = fixed$ci.lb, ci_high = fixed$ci.ub, prediction_low = NA, prediction_high = NA, tau2 = NA,
    tau2_low = NA, tau2_high = NA, i2 = NA, h2 = NA, q = fixed$QE, q_p = fixed$QEp))
  for (method in c("REML", "PM")) for (test in c("knha", "adhoc", "z")) {
    m <- rma(yi = estimate, sei = std_error, data = some, method = method, test = test, control = tight[[method]])
    ends <- confint(m, control = list(tol = 1e-12, maxiter = 10000))$random["tau^2", ]
    p <- predict(m)
    pooled <- rbind(pooled, data.frame(set, method = tolower(method), interval = c(knha = "hartung_knapp", adhoc = "floored", z = "wald")[[test]],
      estimate = m$b[1], std_error = m$se, p_value = m$pval, ci_low = m$ci.lb, ci_high = m$ci.ub, prediction_low = p$pi.lb,
      prediction_high = p$pi.ub, tau2 = m$tau2, tau2_low = ends[["ci.lb"]], tau2_high = ends[["ci.ub"]], i2 = m$I2, h2 = m$H2,
      q = m$QE, q_p = m$QEp))
  }
}
save(pooled, "pooled")

m <- rma(yi, vi, mods = ~ ablat, data = bcg, method = "REML", test = "knha", control = tight$REML)
save(data.frame(term = c("intercept", "ablat"), estimate = as.numeric(m$b), std_error = m$se, p_value = m$pval, ci_low = m$ci.lb,
                ci_high = m$ci.ub, tau2 = m$tau2), "moderators")
save(data.frame(ablat = bcg$ablat), "ablat")

S <- factor(data$partyid)
one <- lm(govact ~ S * (x + w + posemot + ideology + sex) + x:w, data)
wide <- lm(govact ~ S * (x * w + posemot + ideology + sex), data)
test <- anova(one, wide)
own <- sandwich::vcovHC(one, "HC3")["x:w", "x:w"]
terms <- grep("S[23]:x:w", names(coef(wide)), value = TRUE)
b <- coef(wide)[terms]; v <- sandwich::vcovHC(wide, "HC3")[terms, terms]
save(data.frame(estimate = coef(one)[["x:w"]], std_error = sqrt(vcov(one)["x:w", "x:w"]), std_error_hc3 = sqrt(own),
                f = test$F[2], df2 = test$Res.Df[2], p_value = test$`Pr(>F)`[2], f_hc3 = as.numeric(b %*% solve(v, b)) / 2), "one_stage")
