# Measurement invariance as lavaan finds it. Run in this folder: Rscript invariance.R
# R 4.2.2 with lavaan 0.6-13; HolzingerSwineford1939 is lavaan's (Holzinger & Swineford, 1939), two schools, three factors.
source("../save.R")
suppressMessages(library(lavaan))
prefix <- "invariance_"
data <- HolzingerSwineford1939
items <- paste0("x", 1:9)
model <- "visual =~ x1 + x2 + x3
textual =~ x4 + x5 + x6
speed =~ x7 + x8 + x9"
moments <- do.call(rbind, lapply(unique(data$school), function(g) {
  d <- data[data$school == g, items]; s <- cov(d) * (nrow(d) - 1) / nrow(d)
  data.frame(group = g, n = nrow(d), item = items, mean = colMeans(d), s) }))
save(moments, "moments")
equal <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
measures <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper", "srmr", "aic", "bic", "npar")
values <- function(fit) as.data.frame(as.list(setNames(as.numeric(fitMeasures(fit, measures)), measures)))
run <- function(level, data, partial = NULL) cfa(model, data, group = "school", group.equal = equal[[level]], group.partial = partial,
                                               std.lv = TRUE, meanstructure = TRUE)
fits <- lapply(names(equal), run, data = data)
save(do.call(rbind, lapply(seq_along(fits), function(i) data.frame(level = names(equal)[i], values(fits[[i]])))), "fit")
partial <- run("scalar", data, c("x3 ~ 1", "x7 ~ 1"))
save(values(partial), "partial")
scalar <- fits[[3]]
table <- parTable(scalar)
uni <- lavTestScore(scalar)$uni
labels <- table$plabel
what <- sapply(uni$lhs, function(label) paste(table$lhs[labels == label], table$op[labels == label], table$rhs[labels == label]))
save(data.frame(parameter = what, chisq = uni$X2, df = uni$df), "score")
save(subset(parameterEstimates(scalar), op %in% c("=~", "~1", "~~"), c("lhs", "op", "rhs", "group", "est")), "estimates")
# psychTools' bfi, five factors of five items, by gender and by age group (below 30, and 30 or more)
bfi <- read.csv("../../../examples/bfi/data/raw/bfi.csv")
items <- paste0(rep(c("A", "C", "E", "N", "O"), each = 5), 1:5)
bfi <- bfi[complete.cases(bfi[items]), ]
bfi$age_group <- ifelse(bfi$age < 30, 1, 2)
model <- paste(sapply(c("A", "C", "E", "N", "O"), function(f) paste(f, "=~", paste0(f, 1:5, collapse = " + "))), collapse = "\n")
found <- NULL
for (group in c("gender", "age_group")) for (level in names(equal)) {
  fit <- cfa(model, bfi, group = group, group.equal = equal[[level]], std.lv = TRUE, meanstructure = TRUE)
  found <- rbind(found, data.frame(group = group, level = level, values(fit)))
}
save(found, "bfi")
