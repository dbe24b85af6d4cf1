# The analyses of the published study as an R user scripts them: the peer of the pipeline's whole run.
# Rscript benchmarks/published_study.R [resamples of omega and HTMT, 200], from the repository's root. Needs psych,
# GPArotation, sandwich, boot, lavaan and semTools.
suppressMessages({library(psych); library(sandwich); library(boot); library(lavaan); library(semTools)})
set.seed(2021)
resamples <- as.integer(c(commandArgs(TRUE), 200)[1])
d <- read.csv("data/raw/schmitt2021_synthetic.csv")
scales <- c(promotion = 4, usefulness = 10, support = 6, social_selling_use = 3)
items <- lapply(names(scales), function(s) d[paste0(s, "_", seq_len(scales[[s]]))])
names(items) <- names(scales)
for (s in names(scales)) {
  a <- alpha(items[[s]])
  o <- suppressWarnings(suppressMessages(omega(items[[s]], nfactors = 1, plot = FALSE)))
  omegas <- replicate(resamples, suppressWarnings(suppressMessages(
    omega(items[[s]][sample(75, replace = TRUE), ], nfactors = 1, plot = FALSE)$omega.tot)))
  ci <- alpha.ci(a$total$raw_alpha, n.obs = nrow(d), n.var = scales[[s]])
  cat(s, a$total$raw_alpha, ci$lower.ci, ci$upper.ci, a$total$std.alpha, o$omega.tot, sd(omegas), "\n")
  print(cbind(a$item.stats, a$alpha.drop$raw_alpha))
}
# dimensionality; 200 resamples of the HTMT ratios, since 10,000 would take ten minutes
pdf(NULL)
whole <- do.call(cbind, unname(items))
syntax <- sapply(names(items), function(s) paste(s, "=~", paste(names(items[[s]]), collapse = " + ")))
for (x in c(items, list(all = whole))) {
  print(KMO(x)$MSA); print(cortest.bartlett(cor(x), nrow(x))$p.value)
  print(suppressWarnings(suppressMessages(fa.parallel(x, fa = "both", n.iter = 100, plot = FALSE)$ncomp)))
}
print(fa(whole, nfactors = 4, rotate = "oblimin")$loadings)
for (model in c(syntax, paste(syntax, collapse = "\n"))) {
  m <- cfa(model, whole, std.lv = TRUE)
  print(fitMeasures(m)[c("chisq", "df", "cfi", "tli", "rmsea", "srmr")]); print(standardizedSolution(m))
}
print(AVE(m)); print(compRelSEM(m))
for (two in c(FALSE, TRUE)) invisible(replicate(resamples, htmt(paste(syntax, collapse = "\n"), whole[sample(75, replace = TRUE), ], htmt2 = two)))
y <- data.frame(lapply(items, rowSums))
print(corr.test(y), short = FALSE)
jn <- function(m, x, i, w) {
  k <- coef(m); v <- vcov(m); t2 <- qt(.975, df.residual(m))^2
  a <- t2 * v[i, i] - k[i]^2; b <- 2 * (t2 * v[x, i] - k[x] * k[i]); c <- t2 * v[x, x] - k[x]^2
  if (b^2 < 4 * a * c) numeric(0) else sort((-b + c(-1, 1) * sqrt(b^2 - 4 * a * c)) / (2 * a)) + mean(y[[w]])
}
pdf(NULL)
for (x in c("usefulness", "social_selling_use")) {
  z <- data.frame(y = y$promotion, x = y[[x]] - mean(y[[x]]), w = y$support - mean(y$support))
  m <- lm(y ~ x * w, z)
  print(summary(m)); print(sqrt(diag(vcovHC(m, "HC3")))); print(anova(lm(y ~ x + w, z), m))
  values <- c(quantile(z$w, c(.16, .5, .84), type = 6), mean(z$w) + c(-1, 0, 1) * sd(z$w))
  b <- boot(z, function(d, i) { k <- coef(lm(y ~ x * w, d[i, ])); c(k, k[2] + k[4] * values) }, R = 10000)
  for (j in seq_along(b$t0)) print(boot.ci(b, type = "perc", index = j)$percent)
  print(jn(m, "x", "x:w", "support"))
  plot(z$x, z$y); for (v in values[1:3]) abline(coef(m)[1] + coef(m)[3] * v, coef(m)[2] + coef(m)[4] * v)
  grid <- seq(min(z$w), max(z$w), length.out = 101); plot(grid, coef(m)[2] + coef(m)[4] * grid, type = "l")
}
