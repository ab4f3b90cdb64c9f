"""Makes metrics.json: scikit-learn's figures for a few predictions. Needs scikit-learn."""
import json
import os
import random
import warnings

from sklearn import metrics

warnings.simplefilter("ignore")
random.seed(4)
noisy = lambda labels, classes: [label if random.random() < 0.6 else random.randrange(classes) for label in labels]
two, four = [random.randrange(2) for _ in range(40)], [random.randrange(4) for _ in range(60)]
cases = [
    ("two classes", 2, two, noisy(two, 2)),
    ("four classes", 4, four, noisy(four, 4)),
    ("one class predicted", 2, two, [1] * 40),
    ("a class without examples", 3, [0, 0, 1, 1], [0, 2, 1, 1]),
    ("all right", 2, [0, 1, 1], [0, 1, 1]),
    ("all wrong", 2, [0, 1, 1], [1, 0, 0]),
]
result = []
for name, count, labels, predictions in cases:
    classes = list(range(count))
    figures = lambda average: [float(x) for x in metrics.precision_recall_fscore_support(
        labels, predictions, labels=classes, average=average, zero_division=0)[:3]]
    each = metrics.precision_recall_fscore_support(labels, predictions, labels=classes, zero_division=0)
    result.append({
        "name": name, "classes": count, "labels": labels, "predictions": predictions,
        "confusion": metrics.confusion_matrix(labels, predictions, labels=classes).tolist(),
        "accuracy": float(metrics.accuracy_score(labels, predictions)),
        "macro": figures("macro"), "binary": figures("binary") if count == 2 else None,
        "each": [column.tolist() for column in each[:3]], "support": each[3].tolist(),
        "mcc": float(metrics.matthews_corrcoef(labels, predictions))})
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "metrics.json"), "w") as file:
    json.dump(result, file)
    file.write("\n")
