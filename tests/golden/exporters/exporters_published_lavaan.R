# Confirmatory factor analysis with the R package lavaan, as in practicework: one factor per scale.
# `responses` is a data frame with one column per item, such as practicework's table of responses:
#   responses <- read.csv("results/SAMPLE/ingest/responses.csv")
library(lavaan)

model <- "
  promotion =~ promotion_1 + promotion_2 + promotion_3 + promotion_4
  usefulness =~ usefulness_1 + usefulness_2 + usefulness_3 + usefulness_4 + usefulness_5 + usefulness_6 + usefulness_7 + usefulness_8 + usefulness_9 + usefulness_10
  support =~ support_1 + support_2 + support_3 + support_4 + support_5 + support_6
  social_selling_use =~ social_selling_use_1 + social_selling_use_2 + social_selling_use_3
"

# maximum likelihood, respondents who answered all items, factors of unit variance
fit <- cfa(model, data = responses, std.lv = TRUE)
summary(fit, fit.measures = TRUE, standardized = TRUE)
