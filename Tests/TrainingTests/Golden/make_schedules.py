"""Makes schedules.json: the learning rates of transformers' schedules. Needs torch and transformers."""
import json
import os

import torch
from transformers import get_scheduler

folder = os.path.dirname(os.path.abspath(__file__))
result = []
for shape, name, details in [
    ("linear", "linear", {}), ("cosine", "cosine", {}), ("constant", "constant_with_warmup", {}),
    ("constant_with_warmup", "constant_with_warmup", {}), ("polynomial", "polynomial", {}),
    ("polynomial", "polynomial", {"power": 2.5, "lr_end": 0.001}),
    ("cosine_with_restarts", "cosine_with_restarts", {}),
    ("cosine_with_restarts", "cosine_with_restarts", {"num_cycles": 3}),
    ("inverse_sqrt", "inverse_sqrt", {}), ("inverse_sqrt", "inverse_sqrt", {"timescale": 4}),
]:
    for warmup in [0, 3]:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.004)
        scheduler = get_scheduler(name, optimizer, num_warmup_steps=warmup, num_training_steps=10, scheduler_specific_kwargs=details)
        rates = []
        for _ in range(10):
            rates.append(scheduler.get_last_lr()[0])
            optimizer.step()
            scheduler.step()
        result.append({"shape": shape, "warmup": warmup, "details": details, "rates": rates})
with open(os.path.join(folder, "schedules.json"), "w") as file:
    json.dump(result, file, indent=1)
    file.write("\n")
