"""Makes task_metrics.json: scikit-learn's and SciPy's figures for several classes a row, and for numbers. Needs both."""
import json
import os
import random
import warnings

from scipy import stats
from sklearn import metrics

warnings.simplefilter("ignore")
random.seed(5)


def labels(rows, classes, noise):
    targets = [[random.random() < 0.4 for _ in range(classes)] for _ in range(rows)]
    logits = [[(1.0 if target else -1.0) + random.gauss(0, noise) for target in row] for row in targets]
    said = [[logit > 0 for logit in row] for row in logits]
    figures = lambda average: [float(x) for x in metrics.precision_recall_fscore_support(
        targets, said, average=average, zero_division=0)[:3]]
    return {
        "targets": [[float(x) for x in row] for row in targets], "logits": logits, "micro": figures("micro"),
        "macro": figures("macro"), "exact": float(metrics.accuracy_score(targets, said))}


def numbers(rows, count, noise):
    # Some values occur twice, so that ranks are shared.
    targets = [[round(random.gauss(0, 2), 1) for _ in range(count)] for _ in range(rows)]
    predictions = [[round(0.7 * x + random.gauss(0, noise), 1) for x in row] for row in targets]
    columns = [([row[i] for row in predictions], [row[i] for row in targets]) for i in range(count)]
    mean = lambda f: float(sum(f(p, t) for p, t in columns) / count)
    return {
        "targets": targets, "predictions": predictions, "mse": float(metrics.mean_squared_error(targets, predictions)),
        "mae": float(metrics.mean_absolute_error(targets, predictions)),
        "pearson": mean(lambda p, t: stats.pearsonr(p, t)[0]), "spearman": mean(lambda p, t: stats.spearmanr(p, t)[0]),
        "r2": float(metrics.r2_score(targets, predictions))}


folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "task_metrics.json"), "w") as file:
    json.dump({
        "labels": [labels(30, 3, 1.0), labels(12, 5, 0.2), labels(8, 2, 3.0)],
        "numbers": [numbers(25, 1, 0.5), numbers(40, 3, 2.0)]}, file)
    file.write("\n")
