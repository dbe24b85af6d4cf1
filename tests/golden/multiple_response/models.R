# Regressions of options (GEE) and of categorical outcomes, as R finds them. Run in this folder: Rscript models.R
# R 4.2.2 with geepack 1.3-9, nnet 7.3-18 and ordinal 2022.11-16. Data: the first 300 complete rows of bfi (examples/bfi).
source("../save.R")
prefix <- "models_"
items <- paste0("N", 1:5)
d <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
d <- d[complete.cases(d[, c(items, paste0("E", 1:5), "gender", "age")]), ][1:300, ]
n <- nrow(d)

# Options ticked: answers of 5 or 6. Estimates and uncorrected errors by geepack; corrected errors (Mancl and DeRouen, 2001) by
# their formula: every respondent has one row per option and options share no coefficient, so the hat matrix is diagonal.
long <- do.call(rbind, lapply(items, function(i) data.frame(id = 1:n, option = i, y = as.numeric(d[[i]] >= 5), age = d$age, gender = d$gender)))
long <- long[order(long$id), ]
g <- geepack::geeglm(y ~ 0 + option + option:age + option:gender, binomial, long, id = id, corstr = "independence",
                     control = geepack::geese.control(epsilon = 1e-12, maxit = 100))
parts <- lapply(items, function(i) {
  m <- glm(as.numeric(d[[i]] >= 5) ~ age + gender, binomial, d, control = glm.control(1e-14, 100))
  x <- model.matrix(m); p <- fitted(m); bread <- solve(t(x) %*% (x * p * (1 - p)))
  list(b = coef(m), psi = (x * as.numeric((m$y - p) / (1 - hatvalues(m)))) %*% bread)
})
psi <- do.call(cbind, lapply(parts, `[[`, "psi")); v <- t(psi) %*% psi
b <- unlist(lapply(parts, `[[`, "b")); names(b) <- NULL
rows <- NULL
for (k in 1:5) for (j in 2:3) rows <- rbind(rows, data.frame(option = items[k], term = c("age", "gender")[j - 1], estimate = b[3 * (k - 1) + j],
  std_error = sqrt(diag(v))[3 * (k - 1) + j], geepack = coef(g)[[paste0("option", items[k], ":", c("age", "gender")[j - 1])]],
  geepack_error = summary(g)$coefficients[paste0("option", items[k], ":", c("age", "gender")[j - 1]), "Std.err"]))
save(rows, "gee")
wald <- NULL
for (j in 2:3) {
  at <- 3 * (0:4) + j; contrast <- cbind(-1, diag(4)); e <- contrast %*% b[at]
  wald <- rbind(wald, data.frame(term = c("age", "gender")[j - 1], chi_square = drop(t(e) %*% solve(contrast %*% v[at, at] %*% t(contrast), e))))
}
save(wald, "wald")

# A multinomial logit of three groups of N1 and proportional odds of four levels of N2.
d$kind <- cut(d$N1, c(0, 2, 4, 6), labels = FALSE); d$level <- cut(d$N2, c(0, 2, 3, 4, 6), labels = FALSE)
m <- nnet::multinom(factor(kind) ~ age + gender, d, trace = FALSE, abstol = 1e-14, reltol = 1e-14, maxit = 1000, Hess = TRUE)
s <- summary(m)
save(data.frame(category = rep(2:3, each = 3), term = rep(c("intercept", "age", "gender"), 2), estimate = c(t(s$coefficients)),
                std_error = c(t(s$standard.errors))), "nominal")
d$grade <- factor(d$level)
o <- ordinal::clm(grade ~ age + gender, data = d, control = ordinal::clm.control(gradTol = 1e-12))
save(data.frame(term = names(coef(o)), estimate = coef(o), std_error = sqrt(diag(vcov(o)))), "ordinal")
fits <- c(nominal = logLik(m)[1], nominal_age = logLik(update(m, . ~ . - age))[1], ordinal = logLik(o)[1], ordinal_age = logLik(update(o, . ~ . - age))[1])
save(data.frame(model = names(fits), log_likelihood = fits), "likelihoods")
q <- quantile(d$age, c(.16, .5, .84), type = 6, names = FALSE)
shares <- do.call(rbind, lapply(q, function(at) { e <- d; e$age <- at
  rbind(data.frame(model = "nominal", age = at, category = 1:3, share = colMeans(predict(m, e, type = "probs"))),
        data.frame(model = "ordinal", age = at, category = 1:4, share = colMeans(predict(o, e[c("age", "gender")], type = "prob")$fit))) }))
save(shares, "shares")

# Brant's (1990) test from its formulas.
x <- cbind(1, d$age, d$gender); cuts <- 1:3
logits <- lapply(cuts, function(k) glm(d$level > k ~ d$age + d$gender, family = binomial, control = glm.control(1e-14, 100)))
pi <- lapply(logits, fitted); bread <- lapply(pi, function(p) solve(t(x) %*% (x * p * (1 - p))))
v <- matrix(0, 6, 6)
for (a in cuts) for (c in cuts) { l <- min(a, c); h <- max(a, c)
  whole <- bread[[a]] %*% (t(x) %*% (x * (pi[[h]] - pi[[l]] * pi[[h]]))) %*% bread[[c]]
  v[2 * a - 1:0, 2 * c - 1:0] <- whole[-1, -1] }
beta <- unlist(lapply(logits, function(l) coef(l)[-1]))
contrast <- cbind(diag(2), -diag(2), 0 * diag(2)); contrast <- rbind(contrast, cbind(diag(2), 0 * diag(2), -diag(2)))
test <- function(rows) { e <- contrast[rows, ] %*% beta; drop(t(e) %*% solve(contrast[rows, ] %*% v %*% t(contrast[rows, ]), e)) }
save(data.frame(term = c("all", "age", "gender"), chi_square = c(test(1:4), test(c(1, 3)), test(c(2, 4))), df = c(4, 2, 2)), "brant")

# Exact McNemar tests of pairs of options.
ticked <- d[items] >= 5; pairs <- combn(5, 2)
save(data.frame(option_a = items[pairs[1, ]], option_b = items[pairs[2, ]],
  p_value = apply(pairs, 2, function(k) { a <- sum(ticked[, k[1]] & !ticked[, k[2]]); c <- sum(!ticked[, k[1]] & ticked[, k[2]])
    binom.test(a, a + c)$p.value })), "mcnemar")
