# HTMT and HTMT2 of the five scales of examples/bfi, and of its first 75 complete rows. Run in this folder: Rscript dimensionality_htmt.R
# R 4.2.2 with lavaan 0.6-14 and semTools 0.5-6. Complete rows over all 25 items; reverse-keyed items turned on 1 to 6.
suppressMessages({library(lavaan); library(semTools)})
data <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
keys <- list(agree = c("-A1", "A2", "A3", "A4", "A5"), conscientious = c("C1", "C2", "C3", "-C4", "-C5"),
             extraversion = c("-E1", "-E2", "E3", "E4", "E5"), neuroticism = c("N1", "N2", "N3", "N4", "N5"),
             openness = c("O1", "-O2", "O3", "O4", "-O5"))
source("../save.R")
columns <- sub("-", "", unlist(keys))
whole <- na.omit(data[columns])
for (one in sub("-", "", grep("^-", unlist(keys), value = TRUE))) whole[[one]] <- 7 - whole[[one]]
syntax <- paste(sapply(names(keys), function(k) paste(k, "=~", paste(sub("-", "", keys[[k]]), collapse = " + "))), collapse = "\n")
pairs <- t(combn(names(keys), 2))
ratios <- function(d) {
  one <- htmt(syntax, data = d, htmt2 = FALSE, absolute = TRUE)
  two <- htmt(syntax, data = d, htmt2 = TRUE, absolute = TRUE)
  cbind(htmt = one[pairs[, 2:1]], htmt2 = two[pairs[, 2:1]])
}
rows <- NULL
for (n in c(nrow(whole), 75)) rows <- rbind(rows, data.frame(n = n, scale_a = pairs[, 1], scale_b = pairs[, 2], ratios(whole[1:n, ])))
save(rows, "dimensionality_htmt")

# percentile intervals of the 75 people, 20,000 case resamples, by R's own cor(); HTMT with the mean correlation, in the
# direction of its sign
set.seed(1)
small <- as.matrix(whole[1:75, ])
of <- lapply(keys, function(k) sub("-", "", k))
own <- function(r, items) { x <- abs(r[items, items])[lower.tri(diag(length(items)))]; c(mean(x), exp(mean(log(x)))) }
draw <- function() {
  r <- cor(small[sample(75, replace = TRUE), ])
  means <- sapply(of, function(items) own(r, items))
  apply(pairs, 1, function(p) {
    x <- r[of[[p[1]]], of[[p[2]]]]
    c(mean(x), exp(mean(log(abs(x))))) / sqrt(means[, p[1]] * means[, p[2]])
  })
}
draws <- replicate(20000, draw())  # 2 x pairs x resamples
cat(sum(is.na(draws[1, 1, ])), "resamples with a constant item are left out\n")
signs <- apply(pairs, 1, function(p) sign(mean(cor(small)[of[[p[1]]], of[[p[2]]]])))
draws[1, , ] <- draws[1, , ] * signs
ends <- function(which) t(apply(draws[which, , ], 1, quantile, c(.025, .975), na.rm = TRUE))
save(data.frame(scale_a = pairs[, 1], scale_b = pairs[, 2], htmt_low = ends(1)[, 1], htmt_high = ends(1)[, 2],
                htmt2_low = ends(2)[, 1], htmt2_high = ends(2)[, 2]), "dimensionality_htmt_intervals")
