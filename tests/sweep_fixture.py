"""A result file of very many design points from runs of a few, as the program would write it (dims scenario, point > 1; settings as
param_NAME(scenario, point)).
"""
import h5py
import numpy as np
import xarray


def write(path, files, settings, times=1):
    """`files`: results of the same scenarios, replicates and times, a point each, all of them so many `times`; `settings`: {name:
    (values (point), unit)}."""
    parts = [xarray.open_dataset(file, engine="h5netcdf", decode_times=False) for file in files]
    whole = xarray.concat(parts, dim="point", data_vars="minimal", coords="minimal", compat="override", join="override")
    whole = whole.load().isel(point=list(range(len(files))) * times)
    whole = whole.assign_coords(point=np.arange(whole.sizes["point"], dtype=np.int32))
    n = whole.sizes["scenario"]
    for name, (values, unit) in settings.items():
        about = {"units": unit, "long_name": name, "parameter": name}
        whole[f"param_{name.replace('.', '_')}"] = ("scenario", "point"), np.tile(np.asarray(values, dtype=float), (n, 1)), about
    encoding = {name: {"dtype": "S1" if v.dtype.kind == "O" else v.dtype} for name, v in whole.variables.items() if v.dtype.kind != "O"}
    whole.to_netcdf(path, engine="h5netcdf", encoding=encoding)
    with h5py.File(files[0]) as source, h5py.File(path, "r+") as file:
        source.copy("provenance", file)
        file.attrs["klynge_schema"] = source.attrs["klynge_schema"]
