# Mediation and moderated mediation by lm: Tal-Or et al. (2010) and Garcia et al. (2010), the data sets of psych and psychTools.
# Printed in Hayes (2022), chapters 3, 7, 8 and 11.
suppressMessages(library(psych))
source("../save.R")
load_data <- function(name) { e <- new.env(); for (p in c("psych", "psychTools")) try(data(list = name, package = p, envir = e), silent = TRUE); get(name, e) }
tal <- load_data("Tal.Or")
garcia <- load_data("Garcia")
write.csv(data.frame(lapply(tal, as.numeric)), "../../../examples/tal_or/data/raw/tal_or.csv", row.names = FALSE)
garcia$x <- as.numeric(garcia$protest > 0)
write.csv(data.frame(lapply(garcia, as.numeric)), "../../../examples/garcia/data/raw/garcia.csv", row.names = FALSE)
found <- NULL
add <- function(model, what, value) found <<- rbind(found, data.frame(model = model, what = what, value = as.numeric(value)))
hc3 <- function(m, term) sqrt(sandwich::vcovHC(m, "HC3")[term, term])

a <- lm(pmi ~ cond, tal); b <- lm(reaction ~ cond + pmi, tal); total <- lm(reaction ~ cond, tal)
add("tal", "a", coef(a)["cond"]); add("tal", "b", coef(b)["pmi"]); add("tal", "direct", coef(b)["cond"])
add("tal", "total", coef(total)["cond"]); add("tal", "indirect", coef(a)["cond"] * coef(b)["pmi"])
add("tal", "se_a", summary(a)$coefficients["cond", 2]); add("tal", "se_b", summary(b)$coefficients["pmi", 2])
add("tal", "hc3_b", hc3(b, "pmi")); add("tal", "hc3_total", hc3(total, "cond"))
add("tal", "rho", cor(resid(a), resid(lm(reaction ~ cond, tal))))
add("tal", "standardised_y", coef(a)["cond"] * coef(b)["pmi"] / sd(tal$reaction))
add("tal", "standardised_xy", coef(a)["cond"] * coef(b)["pmi"] * sd(tal$cond) / sd(tal$reaction))

# two mediators, parallel and serial, with covariates
m1 <- lm(import ~ cond + age + gender, tal); m2 <- lm(pmi ~ cond + age + gender, tal)
m2s <- lm(pmi ~ cond + import + age + gender, tal); y <- lm(reaction ~ cond + import + pmi + age + gender, tal)
add("parallel", "import", coef(m1)["cond"] * coef(y)["import"]); add("parallel", "pmi", coef(m2)["cond"] * coef(y)["pmi"])
add("parallel", "total", coef(lm(reaction ~ cond + age + gender, tal))["cond"])
add("serial", "import", coef(m1)["cond"] * coef(y)["import"]); add("serial", "pmi", coef(m2s)["cond"] * coef(y)["pmi"])
add("serial", "import > pmi", coef(m1)["cond"] * coef(m2s)["import"] * coef(y)["pmi"])

w <- quantile(garcia$sexism, c(.16, .5, .84), type = 6)
am <- lm(respappr ~ x * sexism, garcia); an <- lm(respappr ~ x, garcia)
models <- list("7" = list(am, lm(liking ~ x + respappr, garcia)), "8" = list(am, lm(liking ~ x * sexism + respappr, garcia)),
               "14" = list(an, lm(liking ~ x + respappr * sexism, garcia)),
               "15" = list(an, lm(liking ~ x * sexism + respappr * sexism, garcia)),
               "58" = list(am, lm(liking ~ x + respappr * sexism, garcia)),
               "59" = list(am, lm(liking ~ x * sexism + respappr * sexism, garcia)),
               "5" = list(an, lm(liking ~ x * sexism + respappr, garcia)))
at <- function(m, term, w) { product <- intersect(c(paste0(term, ":sexism"), paste0("sexism:", term)), names(coef(m)))
  coef(m)[term] + if (length(product)) coef(m)[product] * w else 0 }
for (number in names(models)) {
  m <- models[[number]][[1]]; y <- models[[number]][[2]]
  for (i in 1:3) {
    add(number, c("indirect_16", "indirect_50", "indirect_84")[i], at(m, "x", w[i]) * at(y, "respappr", w[i]))
    add(number, c("direct_16", "direct_50", "direct_84")[i], at(y, "x", w[i]))
  }
}
add("7", "index", coef(am)["x:sexism"] * coef(models[["7"]][[2]])["respappr"])
add("8", "index", coef(am)["x:sexism"] * coef(models[["8"]][[2]])["respappr"])
add("14", "index", coef(an)["x"] * coef(models[["14"]][[2]])["respappr:sexism"])
add("15", "index", coef(an)["x"] * (at(models[["15"]][[2]], "respappr", 1) - at(models[["15"]][[2]], "respappr", 0)))
add("7", "hc3_a3", hc3(am, "x:sexism"))
save(found, "process")

set.seed(1)
boot <- function(data, f, R = 20000) { r <- replicate(R, f(data[sample(nrow(data), replace = TRUE), ])); c(sd(r), quantile(r, c(.025, .975))) }
ab <- function(d) coef(lm(pmi ~ cond, d))[2] * coef(lm(reaction ~ cond + pmi, d))[3]
index <- function(d) coef(lm(respappr ~ x * sexism, d))[4] * coef(lm(liking ~ x + respappr, d))[3]
save(data.frame(what = c("tal", "7"), rbind(boot(tal, ab), boot(garcia, index))), "process_bootstrap")
