# Two moderators (Hayes's models 2 and 3), as R finds them. Run in this folder: Rscript two_moderators.R
# R 4.2.2 with sandwich 3.0-2. Data: examples/globalwarming (Hayes, 2022, chapter 9, uses the same three variables).
source("../save.R")
prefix <- "two_moderators_"
d <- na.omit(read.csv("../../../examples/globalwarming/data/raw/globalWarm.csv")[c("govact", "negemot", "sex", "age", "posemot", "ideology")])
d$x <- d$negemot - mean(d$negemot); d$w <- d$sex - mean(d$sex); d$z <- d$age - mean(d$age)
models <- list(additive = lm(govact ~ x + w + x:w + z + x:z + posemot + ideology, d), three_way = lm(govact ~ x * w * z + posemot + ideology, d))
rows <- effects <- products <- differences <- NULL
ages <- quantile(d$age, c(.16, .5, .84), type = 6, names = FALSE); sds <- mean(d$age) + c(-1, 1) * sd(d$age)
for (name in names(models)) {
  m <- models[[name]]; v <- sandwich::vcovHC(m, "HC3")
  rows <- rbind(rows, data.frame(model = name, term = names(coef(m)), estimate = coef(m), std_error = sqrt(diag(vcov(m))), hc3 = sqrt(diag(v)), r_squared = summary(m)$r.squared))
  # the effect of x at values of both moderators: x's coefficient after centring at them
  at <- function(sex0, age0) { e <- transform(d, w = sex - sex0, z = age - age0); u <- lm(formula(m), e)
    c(coef(u)[["x"]], sqrt(vcov(u)["x", "x"]), sqrt(sandwich::vcovHC(u, "HC3")["x", "x"])) }
  for (w in 0:1) for (p in 1:3) { one <- at(w, ages[p]); effects <- rbind(effects, data.frame(model = name, probe = c("low", "high")[w + 1], second_probe = c("p16", "p50", "p84")[p], effect = one[1], std_error = one[2], hc3 = one[3])) }
  # slope differences between the four corners (Dawson & Richter, 2006), as linear combinations
  corner <- function(w, z) { r <- setNames(0 * coef(m), names(coef(m))); r["x"] <- 1; r["x:w"] <- w - mean(d$sex); r["x:z"] <- z - mean(d$age)
    if (name == "three_way") r["x:w:z"] <- (w - mean(d$sex)) * (z - mean(d$age)); r }
  corners <- list(corner(1, sds[2]), corner(1, sds[1]), corner(0, sds[2]), corner(0, sds[1]))
  p <- NULL; own <- NULL
  for (i in 1:3) for (j in (i + 1):4) { r <- corners[[i]] - corners[[j]]; own <- rbind(own, data.frame(model = name, pair = paste(i, j), difference = sum(r * coef(m)), hc3 = sqrt(c(r %*% v %*% r)))) }
  own$p_holm <- p.adjust(2 * pt(-abs(own$difference / own$hc3), m$df.residual), "holm"); differences <- rbind(differences, own)
}
m <- models$three_way
for (p in 1:3) { u <- update(m, data = transform(d, z = age - ages[p])); products <- rbind(products, data.frame(second_probe = c("p16", "p50", "p84")[p], interaction = coef(u)[["x:w"]], hc3 = sqrt(sandwich::vcovHC(u, "HC3")["x:w", "x:w"]))) }
save(rows, "coefficients"); save(effects, "effects"); save(differences, "differences"); save(products, "products")
save(data.frame(test = "products", f = anova(lm(govact ~ x + w + z + posemot + ideology, d), m)$F[2], change = anova(update(m, . ~ . - x:w:z), m)$F[2]), "tests")
