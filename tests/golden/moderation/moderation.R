# What R finds on simulated data with categories and unequal errors. Run in this folder: Rscript moderation.R
# R 4.2.2 with sandwich 3.0-2, car 3.1-1, lmtest 0.9-40. The data are computed by this script: they are synthetic.
set.seed(2021)
n <- 120
x <- round(rnorm(n, 3.5, .8) * 10) / 10; w <- round((.4 * (x - 3.5) + rnorm(n, 4, 1)) * 5) / 5
g <- sample(1:3, n, TRUE, c(.4, .35, .25)); h <- sample(1:2, n, TRUE); c <- rnorm(n, 40, 10)
y <- 1 + .45 * x + .2 * w + .25 * (x - 3.5) * (w - 4) - .3 * (g == 3) * (x - 3.5) + .01 * c + exp(.2 * (x - 3.5)) * rnorm(n)
data <- data.frame(x, w, g, h, c, y)
write.csv(data, "moderation_synthetic.csv", row.names = FALSE)
data <- read.csv("moderation_synthetic.csv")
source("../save.R")
prefix <- "moderation_"
hc3 <- function(m) sandwich::vcovHC(m, type = "HC3")
data$G <- factor(data$g); data$H <- factor(data$h)
models <- list(quantity = lm(y ~ x * w + c, data), moderator = lm(y ~ x * G + c, data), predictor = lm(y ~ G * w, data),
               both = lm(y ~ G * H, data), covariate = lm(y ~ x * w + G, data))
reduced <- list(quantity = lm(y ~ x + w + c, data), moderator = lm(y ~ x + G + c, data), predictor = lm(y ~ G + w, data),
                both = lm(y ~ G + H, data), covariate = lm(y ~ x + w + G, data))
plain <- function(names) {
  names <- gsub("G([23])", "g[\\1]", gsub("H2", "h[2]", names))
  names[names == "(Intercept)"] <- "intercept"
  names
}

# coefficients, joint tests
coefficients <- joint <- NULL
for (name in names(models)) {
  m <- models[[name]]; s <- sqrt(diag(hc3(m))); half <- qt(.975, df.residual(m)) * s
  coefficients <- rbind(coefficients, data.frame(model = name, term = plain(names(coef(m))), estimate = coef(m), std_error = sqrt(diag(vcov(m))),
    std_error_hc3 = s, p_value_hc3 = 2 * pt(-abs(coef(m) / s), df.residual(m)), ci_low_hc3 = coef(m) - half, ci_high_hc3 = coef(m) + half))
  products <- grep(":", names(coef(m)), value = TRUE)
  a <- anova(reduced[[name]], m); robust <- car::linearHypothesis(m, products, vcov. = hc3(m))
  joint <- rbind(joint, data.frame(model = name, probe = "", df1 = a$Df[2], df2 = df.residual(m), f = a$F[2], p_value = a$`Pr(>F)`[2],
    f_hc3 = robust$F[2], p_value_hc3 = robust$`Pr(>F)`[2]))
}
m <- models$predictor
for (probe in c("p16", "p84")) {
  at <- quantile(data$w, c(p16 = .16, p84 = .84)[[probe]], type = 6)[[1]]
  rows <- rbind(c(0, 1, 0, 0, at, 0), c(0, 0, 1, 0, 0, at))
  a <- car::linearHypothesis(m, rows); b <- car::linearHypothesis(m, rows, vcov. = hc3(m))
  joint <- rbind(joint, data.frame(model = "predictor", probe = probe, df1 = 2, df2 = df.residual(m), f = a$F[2], p_value = a$`Pr(>F)`[2],
    f_hc3 = b$F[2], p_value_hc3 = b$`Pr(>F)`[2]))
}
save(coefficients, "coefficients"); save(joint, "omnibus")

# the effect of x in each category by refitting with another reference, and its contrasts
effects <- NULL
for (level in 1:3) {
  m <- lm(y ~ x * relevel(G, level) + c, data); s <- sqrt(hc3(m)["x", "x"])
  effects <- rbind(effects, data.frame(level, effect = coef(m)[["x"]], std_error = sqrt(vcov(m)["x", "x"]), std_error_hc3 = s,
    ci_low_hc3 = coef(m)[["x"]] - qt(.975, df.residual(m)) * s, ci_high_hc3 = coef(m)[["x"]] + qt(.975, df.residual(m)) * s))
}
m <- models$moderator; other <- lm(y ~ x * relevel(G, 2) + c, data)
p <- c(summary(m)$coefficients[c("x:G2", "x:G3"), 4], summary(other)$coefficients["x:relevel(G, 2)3", 4])
difference <- c(coef(m)[c("x:G2", "x:G3")], coef(other)["x:relevel(G, 2)3"])
save(effects, "effects"); save(data.frame(pair = 1:3, difference, p_value = p, p_holm = p.adjust(p, "holm")), "contrasts")

# standardised, variance inflation of the centred model
z <- data.frame(lapply(data[c("x", "w", "c", "y")], function(v) (v - mean(v)) / sd(v)))
s <- lm(y ~ x * w + c, z)
centred <- transform(data, x = x - mean(x), w = w - mean(w)); v <- car::vif(lm(y ~ x * w + c, centred), type = "terms")
save(data.frame(term = plain(names(coef(s)))[-1], beta = coef(s)[-1],
                vif = v[names(coef(s))[-1]]), "standardised")

# Johnson-Neyman with HC3, and where the false discovery rate allows it
m <- models$quantity; b <- coef(m); t2 <- qt(.975, df.residual(m))^2; V <- hc3(m)
roots <- Re(polyroot(c(b[["x"]]^2 - t2 * V["x", "x"], 2 * (b[["x"]] * b[["x:w"]] - t2 * V["x", "x:w"]), b[["x:w"]]^2 - t2 * V["x:w", "x:w"])))
values <- sort(unique(data$w))
fdr <- function(V) p.adjust(2 * pt(-abs((b[["x"]] + b[["x:w"]] * values) / sqrt(V["x", "x"] + 2 * values * V["x", "x:w"] + values^2 * V["x:w", "x:w"])), df.residual(m)), "BH")
save(data.frame(boundary = sort(roots)), "johnson_neyman_hc3")
save(data.frame(value = values, fdr = fdr(vcov(m)), fdr_hc3 = fdr(V)), "fdr")

# influence, and refits without each respondent
f <- influence.measures(m); without <- t(sapply(1:n, function(i) {
  o <- update(m, data = data[-i, ]); c(coef(o)[["x:w"]], sqrt(vcov(o)["x:w", "x:w"]), sqrt(hc3(o)["x:w", "x:w"])) }))
save(data.frame(residual = resid(m), leverage = hatvalues(m), studentized_residual = rstudent(m), cooks_distance = cooks.distance(m),
                dfbetas = dfbetas(m)[, "x:w"], estimate = without[, 1], std_error = without[, 2], std_error_hc3 = without[, 3]), "influence")

# assumptions, and the effect in thirds
curved <- update(m, . ~ . + I(x^2) + I(w^2))
cuts <- quantile(data$w, c(1 / 3, 2 / 3)); data$bin <- factor(1 + (data$w > cuts[1]) + (data$w > cuts[2]))
medians <- tapply(data$w, data$bin, median); data$d <- data$w - medians[data$bin]
binned <- lm(y ~ 0 + bin + bin:x + bin:d + bin:x:d + c, data)
bp <- lmtest::bptest(m); sw <- shapiro.test(resid(m)); q <- anova(m, curved); l <- anova(m, binned)
save(data.frame(check = c("shapiro_wilk", "breusch_pagan", "quadratic", "binning"), statistic = c(sw$statistic, bp$statistic, q$F[2], l$F[2]),
                p_value = c(sw$p.value, bp$p.value, q$`Pr(>F)`[2], l$`Pr(>F)`[2])), "checks")
rows <- paste0("bin", 1:3, ":x")
save(data.frame(bin = 1:3, median = as.numeric(medians), n = as.integer(table(data$bin)), effect = coef(binned)[rows],
                std_error = sqrt(diag(vcov(binned)))[rows]), "linearity")

# power, errors of sign and size, the number that it takes
r0 <- summary(reduced$quantity)$r.squared; df <- df.residual(m)
power <- function(d, n, df) { f2 <- d / (1 - r0 - d); 1 - pf(qf(.95, 1, df), 1, df, n * f2) }
sizes <- function(lambda, df) {
  t <- qt(.975, df); right <- 1 - pt(t, df, lambda); wrong <- pt(-t, df, lambda)
  inner <- function(s) lambda * (1 - pnorm(t * s - lambda)) + dnorm(t * s - lambda) - lambda * pnorm(-t * s - lambda) + dnorm(-t * s - lambda)
  size <- integrate(function(s) sapply(s, inner) * 2 * s * df * dchisq(df * s^2, df), 0, 3, rel.tol = 1e-10)$value
  c(wrong / (right + wrong), size / (right + wrong) / lambda)
}
shown <- do.call(rbind, lapply(c(.0025, .01, .02, .04, .09), function(d) {
  e <- sizes(sqrt(n * d / (1 - r0 - d)), df); N <- 6
  while (power(d, N, N - 5) < .8) N <- N + 1
  data.frame(delta_r_squared = d, power = power(d, n, df), type_s = e[1], type_m = e[2], n_required = N) }))
save(shown, "sensitivity")
save(data.frame(detectable = uniroot(function(d) power(d, n, df) - .8, c(.001, .5), tol = 1e-12)$root), "detectable")

# the interval of R² change of three categories, from the noncentral F; two one-sided tests with HC3
joint <- joint[joint$model == "moderator", ]; r1 <- summary(reduced$moderator)$r.squared
end <- function(p) { ncp <- tryCatch(uniroot(function(l) pf(joint$f, joint$df1, joint$df2, l) - p, c(0, 200), tol = 1e-12)$root, error = function(e) 0)
  f2 <- ncp / n; (1 - r1) * f2 / (1 + f2) }
s <- sqrt(V["x:w", "x:w"]); sst <- sum((data$y - mean(data$y))^2); rest <- sum(resid(lm(I(x * w) ~ x + w + c, data))^2)
smallest <- sqrt(.01 * sst / rest)
save(data.frame(low = end(.975), high = end(.025), inner = end(.05), smallest = smallest,
  p = max(pt((b[["x:w"]] - smallest) / s, df), 1 - pt((b[["x:w"]] + smallest) / s, df)),
  equivalence_low = b[["x:w"]] - qt(.95, df) * s, equivalence_high = b[["x:w"]] + qt(.95, df) * s), "equivalence")

# errors in variables: reliabilities .8 of x, .7 of w, .9 of c, in the textbook form for centred variables
reliable <- c(x = .8, w = .7, c = .9)
X <- cbind(1, x = data$x - mean(data$x), w = data$w - mean(data$w), xw = 0, c = data$c - mean(data$c)); X[, "xw"] <- X[, "x"] * X[, "w"]
observed <- colMeans(X[, c("x", "w", "c")]^2); theta <- (1 - reliable) * observed; phi <- reliable * observed
E <- diag(c(0, theta[["x"]], theta[["w"]], phi[["x"]] * theta[["w"]] + phi[["w"]] * theta[["x"]] + theta[["x"]] * theta[["w"]], theta[["c"]]))
corrected <- solve(crossprod(X) / n - E, crossprod(X, data$y) / n)
save(data.frame(term = c("x", "w", "x:w", "c"), estimate = corrected[-1]), "errors_in_variables")
