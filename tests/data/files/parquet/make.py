#!/usr/bin/env python3
"""Makes the Parquet files in this folder, for tests/data/test_parquet_foreign.c, with other people's writers.

    python3 -m venv v && v/bin/pip install pyarrow duckdb polars fastparquet && v/bin/python make.py

The files here were made with pyarrow 26.0.1, DuckDB 2.0.0, Polars 2.1.0, fastparquet 2026.9.0. All have the same
300 rows, those that the test expects; fastparquet's has the flat columns, with INT96 times.
"""
import datetime
import decimal

import duckdb
import fastparquet
import polars
import pyarrow as pa
import pyarrow.parquet as pq

N = 300
ROWS = range(N)


def null(i, value):
    return None if i % 5 == 3 else value


BASE = 1767653640000
TABLE = pa.table({
    "time": pa.array([BASE + i * 250 for i in ROWS], pa.timestamp("ms", tz="UTC")),
    "sequence": pa.array([i * 3 - 100 for i in ROWS], pa.int64()),
    "small": pa.array([null(i, i % 7 - 3) for i in ROWS], pa.int32()),
    "large": pa.array([4294967295 - i for i in ROWS], pa.uint32()),
    "price": pa.array([null(i, 94000 + i * 0.5) for i in ROWS], pa.float64()),
    "ratio": pa.array([i / 8 for i in ROWS], pa.float32()),
    "flag": pa.array([null(i, i % 3 == 0) for i in ROWS], pa.bool_()),
    "symbol": pa.array([null(i, ["BTC", "", "SOL-USD"][i % 3]) for i in ROWS], pa.string()),
    "id": pa.array([f"order-{i:04d}" for i in ROWS], pa.string()),
    "day": pa.array([datetime.date(1970, 1, 1) + datetime.timedelta(days=i) for i in ROWS], pa.date32()),
    "amount": pa.array([decimal.Decimal(i - 50) / 4 for i in ROWS], pa.decimal128(20, 2)),
    "nothing": pa.array([None for i in ROWS], pa.int32()),
    "sizes": pa.array([None if i % 11 == 0 else [null(k + i, i + k / 4) for k in range(i % 4)] for i in ROWS],
                      pa.list_(pa.float64())),
    "names": pa.array([[f"{i}/{k}" for k in range(i % 3)] for i in ROWS], pa.list_(pa.string())),
    "levels": pa.array([[[i * 10 + a * 3 + b for b in range(a)] for a in range(i % 4)] for i in ROWS],
                       pa.list_(pa.list_(pa.int64()))),
})


def main():
    pq.write_table(TABLE, "arrow_snappy_v1.parquet", compression="snappy", row_group_size=120, data_page_size=500,
                   write_page_checksum=True)
    pq.write_table(TABLE, "arrow_zstd_v2.parquet", compression="zstd", use_dictionary=False, data_page_version="2.0",
                   data_page_size=500,
                   column_encoding={"sequence": "DELTA_BINARY_PACKED", "small": "DELTA_BINARY_PACKED",
                                    "price": "BYTE_STREAM_SPLIT", "ratio": "BYTE_STREAM_SPLIT", "flag": "RLE",
                                    "symbol": "DELTA_LENGTH_BYTE_ARRAY", "id": "DELTA_BYTE_ARRAY",
                                    "amount": "DELTA_BYTE_ARRAY"})
    pq.write_table(TABLE, "arrow_gzip.parquet", compression="gzip", use_dictionary=False,
                   use_deprecated_int96_timestamps=True, column_encoding={"amount": "BYTE_STREAM_SPLIT"})
    polars.from_arrow(TABLE).write_parquet("polars_lz4.parquet", compression="lz4", row_group_size=100)
    connection = duckdb.connect()
    connection.register("tab", TABLE)
    connection.execute("copy tab to 'duckdb_zstd_v2.parquet' (format parquet, compression zstd, parquet_version v2)")
    connection.execute("copy tab to 'duckdb_plain.parquet' (format parquet, compression uncompressed)")
    flat = TABLE.select(["time", "sequence", "price", "ratio", "id"]).to_pandas()
    flat["time"] = flat["time"].astype("datetime64[ns, UTC]")  # what its INT96 expects
    flat["id"] = flat["id"].astype(object)
    fastparquet.write("fastparquet.parquet", flat, compression="GZIP", times="int96", row_group_offsets=128,
                      write_index=False)


main()
