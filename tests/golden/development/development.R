# Item subsets, rating task, reliability over time and factor models for the stage development. Run in this folder: Rscript development.R
# R 4.2.2, lavaan 0.6-14, psych 2.2.9, semTools 0.5-6. Data: examples/bfi.
source("../save.R")
prefix <- "development_"
suppressMessages({ library(lavaan); library(psych); library(semTools) })
d <- read.csv("../../../examples/bfi/data/raw/bfi.csv")[c(paste0("A", 1:5), paste0("C", 1:5))]
for (i in c("A1", "C4", "C5")) d[[i]] <- 7 - d[[i]]
d <- d[complete.cases(d), ][1:500, ]
tight <- list(rel.tol = 1e-14, x.tol = 1e-14, iter.max = 5000)
one <- function(items) suppressWarnings(cfa(paste("f =~", paste(items, collapse = " + ")), d, std.lv = TRUE, control = tight, optim.force.converged = TRUE))
rows <- combn(names(d), 4, function(items) {
  f <- one(items); m <- fitMeasures(f, c("chisq", "df", "cfi", "rmsea")); s <- standardizedSolution(f); l <- s$est.std[s$op == "=~"]
  data.frame(items = paste(items, collapse = " "), chisq = m[[1]], cfi = m[[3]], rmsea = m[[4]], omega = sum(l)^2 / (sum(l)^2 + sum(1 - l^2)),
             r_full = cor(rowSums(scale(d[items])), rowSums(scale(d)))) }, simplify = FALSE)
save(do.call(rbind, rows), "subsets")

# two factors, as in the confirmation of two constructs
f <- cfa("A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3 + C4", d, std.lv = TRUE)
m <- fitMeasures(f, c("chisq", "df", "pvalue", "cfi", "rmsea", "srmr"))
h <- semTools::htmt("A =~ A2 + A3 + A5\nC =~ C1 + C2 + C3 + C4", d, htmt2 = TRUE)
save(data.frame(chisq = m[[1]], df = m[[2]], p_value = m[[3]], cfi = m[[4]], rmsea = m[[5]], srmr = m[[6]], htmt2 = h[2, 1],
                alpha_a = psych::alpha(d[c("A2", "A3", "A5")])$total$raw_alpha), "confirmation")

# the rating of one item by 12 judges on three definitions
set.seed(5); r <- data.frame(judge = rep(1:12, each = 3), construct = rep(c("a", "b", "c"), 12), rating = pmin(5, pmax(1, round(rnorm(36, rep(c(4, 3, 2.5), 12), 1)))))
write.csv(r, "development_ratings.csv", row.names = FALSE)
w <- reshape(r, idvar = "judge", timevar = "construct", direction = "wide")[, -1]
a <- summary(aov(rating ~ construct + Error(factor(judge) / construct), r))[[2]][[1]]
S <- cov(w); S <- S - rowMeans(S) - rep(colMeans(S), each = 3) + mean(S); e <- sum(diag(S))^2 / (2 * sum(S^2))
t <- sapply(2:3, function(i) t.test(w[, 1], w[, i], paired = TRUE, alternative = "greater")$p.value)
save(data.frame(f = a[["F value"]][1], epsilon = e, p_value = pf(a[["F value"]][1], 2 * e, 22 * e, lower.tail = FALSE), holm_b = p.adjust(t, "holm")[1], holm_c = p.adjust(t, "holm")[2]), "anova")

# two waves of 40 people
set.seed(6); true <- rnorm(40); x <- data.frame(one = true + rnorm(40, 0, .5), two = .3 + true + rnorm(40, 0, .5))
save(x, "waves"); i <- psych::ICC(x, lmer = FALSE)$results[2, ]; save(data.frame(icc = i$ICC, low = i$`lower bound`, high = i$`upper bound`), "icc")
