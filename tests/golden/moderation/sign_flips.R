# Standardised sign flips of several specifications, in base R. Run in this folder: Rscript sign_flips.R
# R 4.2.2. The flips are random and saved, so that the same flips give the same numbers. Data: examples/globalwarming.
source("../save.R")
prefix <- "sign_flips_"
d <- na.omit(read.csv("../../../examples/globalwarming/data/raw/globalWarm.csv")[c("govact", "negemot", "age", "posemot", "ideology", "sex")])
full <- lm(govact ~ negemot * age + posemot + ideology + sex, d); kept <- abs(rstudent(full)) < 3
sets <- list(character(), "posemot", "ideology", "sex", c("posemot", "ideology"), c("posemot", "sex"), c("ideology", "sex"), c("posemot", "ideology", "sex"))
specs <- c(lapply(sets, function(s) list(covariates = s, rows = rep(TRUE, nrow(d)))), lapply(sets, function(s) list(covariates = s, rows = kept)))
parts <- lapply(specs, function(s) { e <- d[s$rows, ]; Z <- cbind(1, e$negemot, e$age, as.matrix(e[s$covariates]))
  q <- qr.Q(qr(Z)); r <- function(v) as.vector(v - q %*% crossprod(q, v)); dd <- r(e$negemot * e$age); ee <- r(e$govact)
  list(rows = which(s$rows), q = q, d = dd, e = ee, b = sum(dd * ee) / sum(dd^2), r = sum(dd * ee) / sqrt(sum(dd^2) * sum(ee^2)), df = nrow(e) - ncol(Z) - 1) })
save(data.frame(covariates = sapply(sets, paste, collapse = "+"), excluded = rep(c("none", "outliers"), each = 8), n = sapply(parts, function(p) length(p$rows)),
                estimate = sapply(parts, `[[`, "b"), partial = sapply(parts, `[[`, "r")), "specifications")
save(data.frame(respondent = which(!kept)), "excluded")

# every twentieth of the first 800 people, three specifications, 500 flips
small <- d[seq(1, 800, 20), ]; set.seed(11); G <- matrix(sample(c(-1L, 1L), 500 * 40, TRUE), 40)
write.table(G, "sign_flips_signs.csv", row.names = FALSE, col.names = FALSE, sep = ",")
chosen <- list(list(c = character(), i = 1:40), list(c = "ideology", i = 1:40), list(c = "ideology", i = setdiff(1:40, c(3, 17))))
flipped <- sapply(chosen, function(s) { e <- small[s$i, ]; Z <- cbind(1, e$negemot, e$age, as.matrix(e[s$c])); q <- qr.Q(qr(Z))
  r <- function(v) as.vector(v - q %*% crossprod(q, v)); dd <- r(e$negemot * e$age); ee <- r(e$govact)
  one <- function(g) { g <- g[s$i]; c(sum(g * dd * ee) / sum(dd^2), sum(g * dd * ee) / sqrt(sum(dd^2) - sum(crossprod(q, g * dd)^2)) / sqrt(sum(ee^2))) }
  cbind(one(rep(1, 40)), apply(G, 2, one)) }, simplify = "array")  # 2 x 501 x 3
est <- flipped[1, , ]; std <- flipped[2, , ]
critical <- sapply(chosen, function(s) { df <- length(s$i) - 4 - length(s$c); t <- qt(.975, df); t / sqrt(t^2 + df) })
stat <- list(median = abs(apply(est, 1, median)), share = rowMeans(sweep(abs(std), 2, critical, ">")), stouffer = abs(rowSums(std) / sqrt(3)), max = apply(abs(std), 1, max))
save(data.frame(statistic = names(stat), p = sapply(stat, function(v) (1 + sum(v[-1] >= v[1] - 1e-12)) / 501)), "joint")
save(data.frame(specification = 1:3, p_flip = sapply(1:3, function(s) (1 + sum(abs(std[-1, s]) >= abs(std[1, s]) - 1e-12)) / 501),
                p_family = sapply(1:3, function(s) (1 + sum(apply(abs(std[-1, ]), 1, max) >= abs(std[1, s]) - 1e-12)) / 501)), "each")
