"""digits.py - a support-vector machine on scikit-learn's bundled digits, for digits.yaml."""
import argparse
import json
import os
import pickle

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.svm import SVC

p = argparse.ArgumentParser()
p.add_argument("--C", type=float)
p.add_argument("--kernel")
p.add_argument("--seed", type=int)
a = p.parse_args()

x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x / 16, y, test_size=0.5, random_state=a.seed)
model = SVC(C=a.C, kernel=a.kernel).fit(x_train, y_train)
with open(os.environ["RETRIAL_OUT"], "w") as out:
    print(json.dumps({"accuracy": model.score(x_test, y_test),
                      "support": int(model.n_support_.sum())}), file=out)
with open(os.path.join(os.environ["RETRIAL_SCRATCH"], "model.pkl"), "wb") as out:
    pickle.dump(model, out)
