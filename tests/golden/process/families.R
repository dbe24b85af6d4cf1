# Process models of outcomes that are not quantities, as R finds them. Run in this folder: Rscript families.R
# R 4.2.2 with MASS 7.3-58 and ordinal 2022.11-16. The data are synthetic (tests/golden/moderation/generalized.R).
source("../save.R")
prefix <- "families_"
d <- read.csv("../moderation/generalized_synthetic.csv")
d$stage <- factor(d$stage)
first <- lm(w ~ x * g + c, d)
tight <- glm.control(1e-14, 100)
last <- list(binary = glm(bought ~ x + w + g + x:g + c, binomial, d, control = tight),
             count = MASS::glm.nb(deals ~ x + w + g + x:g + c, d, control = tight),
             ordered = ordinal::clm(stage ~ x + w + g + x:g + c, data = d, control = ordinal::clm.control(gradTol = 1e-12)))
low <- quantile(d$x, .16, type = 6, names = FALSE); high <- quantile(d$x, .84, type = 6, names = FALSE)
rows <- predictions <- NULL
for (name in names(last)) {
  m <- last[[name]]; b <- coef(m)
  for (g in 0:1) {
    a <- coef(first)[["x"]] + coef(first)[["x:g"]] * g
    rows <- rbind(rows, data.frame(family = name, at = g, indirect = a * b[["w"]], direct = b[["x"]] + b[["x:g"]] * g))
    at <- function(own, of_mediator) {
      e <- d; e$g <- g; e$x <- of_mediator; e$w <- predict(first, e) + resid(first); e$x <- own
      if (name == "ordered") colMeans(predict(m, e[setdiff(names(e), "stage")], type = "prob")$fit) else mean(predict(m, e, type = "response"))
    }
    base <- at(low, low); direct <- at(high, low); whole <- at(high, high)
    predictions <- rbind(predictions, data.frame(family = name, at = g, level = if (name == "ordered") 1:4 else NA,
      total = whole - base, direct = direct - base, indirect = whole - direct))
  }
}
save(rows, "effects"); save(predictions, "predictions")
save(data.frame(family = names(last), b = sapply(last, function(m) coef(m)[["w"]]), std_error = sapply(last, function(m) sqrt(vcov(m)["w", "w"])),
                log_likelihood = sapply(last, function(m) logLik(m)[1])), "paths")
