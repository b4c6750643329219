"""Response times that equal the log: folds `dispatch` into mergeable histograms and answers from them (A1)."""
