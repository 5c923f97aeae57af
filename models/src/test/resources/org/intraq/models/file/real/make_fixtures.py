"""Writes the small real files of this folder with PyTorch 1.13 and ONNX 1.12 (Debian 12's python3-torch, python3-onnx).

    /usr/bin/python3 make_fixtures.py

Each tensor's expected bytes are in expected.safetensors (written here, by hand). No weights of anyone are used.
"""

import argparse
import collections
import json
import struct
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

torch.manual_seed(7)
base = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5) / 7 - 3
shared = torch.linspace(-2, 2, 24)
state = collections.OrderedDict()
state["f32"] = base
state["f16"] = base.half()
state["bf16"] = base.bfloat16()
state["f64"] = base.double()
state["i64"] = (base * 1000).long()
state["i32"] = (base * 1000).int()
state["i16"] = (base * 1000).short()
state["i8"] = (base * 10).to(torch.int8)
state["u8"] = (base * 10 + 100).to(torch.uint8)
state["bool"] = base > 0
state["scalar"] = torch.tensor(123456789012)
state["empty"] = torch.zeros(0, 3)
state["transposed"] = base.permute(2, 0, 1)
state["sliced"] = shared.reshape(4, 6)[1:, ::2]
state["tail"] = shared[20:]
state["whole"] = shared
state["expanded"] = torch.tensor([[1.5], [2.5]]).expand(2, 3)
state["parameter"] = torch.nn.Parameter(base[0])
DTYPES = {
    torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}


def raw(t):
    t = t.detach().contiguous()
    return (t.view(torch.int16) if t.dtype == torch.bfloat16 else t).numpy().tobytes()


def safetensors(path, tensors):
    header, data = {}, b""
    for name, t in tensors.items():
        b = raw(t)
        header[name] = {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


safetensors("expected.safetensors", state)

model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
model(torch.ones(1, 2)).sum().backward()
optimizer.step()
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [30, 60])
training = {
    "epoch": 164,
    "arch": "tiny",
    "best_acc": np.float64(93.25),
    "best": torch.tensor(0.5),
    "args": argparse.Namespace(lr=0.1, device=torch.device("cpu"), milestones=[1, 2], size=torch.Size([2, 3])),
    "state_dict": collections.OrderedDict(("module." + k, v) for k, v in state.items()),
    "optimizer": optimizer.state_dict(),
    "scheduler": scheduler.state_dict(),
}
torch.save(state, "plain_zip.pth")
torch.save(state, "plain_legacy.pth", _use_new_zipfile_serialization=False)
torch.save(state, "plain_zip_protocol4.pth", pickle_protocol=4)
torch.save(training, "training_zip.pth")
torch.save(training, "training_legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"a": [state["f32"], state["i8"]], "b": {"c": (state["f64"],)}}, "nested_zip.pth")
for kind in ("legacy", "zip"):
    with zipfile.ZipFile("plain_%s.pth.zip" % kind, "w", zipfile.ZIP_DEFLATED) as z:
        z.write("plain_%s.pth" % kind, "weights.pth")

module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 3), torch.nn.BatchNorm2d(3))
for p in module[1].state_dict().values():
    p.copy_(torch.rand(p.shape) * 5)  # distinct: the ONNX exporter merges equal initializers
torch.save(module.state_dict(), "module_state_zip.pth")
safetensors("module_state_expected.safetensors", module.state_dict())
torch.save(module, "refused_whole_module.pth")
torch.onnx.export(
    module.eval(), torch.zeros(1, 2, 5, 5), "exported.onnx", do_constant_folding=False,
    training=torch.onnx.TrainingMode.PRESERVE,
)

ONNX = {
    "f32": TensorProto.FLOAT, "f16": TensorProto.FLOAT16, "bf16": TensorProto.BFLOAT16, "f64": TensorProto.DOUBLE,
    "i64": TensorProto.INT64, "i32": TensorProto.INT32, "i16": TensorProto.INT16, "i8": TensorProto.INT8,
    "u8": TensorProto.UINT8, "bool": TensorProto.BOOL, "scalar": TensorProto.INT64, "empty": TensorProto.FLOAT,
}
for kind in ("raw", "typed"):
    tensors = []
    for name, dtype in ONNX.items():
        t = state[name].contiguous()
        if kind == "raw":
            tensors.append(helper.make_tensor(name, dtype, list(t.shape), raw(t), raw=True))
        elif name == "bf16":
            bits = t.view(torch.int16).numpy().view(np.uint16).reshape(-1).tolist()
            p = TensorProto(name=name, data_type=dtype, dims=list(t.shape))
            p.int32_data.extend(bits)
            tensors.append(p)
        elif name == "f16":
            p = TensorProto(name=name, data_type=dtype, dims=list(t.shape))
            p.int32_data.extend(t.numpy().view(np.uint16).reshape(-1).tolist())
            tensors.append(p)
        else:
            tensors.append(helper.make_tensor(name, dtype, list(t.shape), t.numpy().reshape(-1).tolist()))
    graph = helper.make_graph([], "tiny", [], [], initializer=tensors)
    m = helper.make_model(graph, producer_name="make_fixtures")
    helper.set_model_props(m, {"note": "made by hand"})
    with open(kind + ".onnx", "wb") as f:
        f.write(m.SerializeToString())
