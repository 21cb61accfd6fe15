#!/usr/bin/env python3
"""Perigee's Parquet files in the hands of pyarrow, DuckDB, Polars and fastparquet, and theirs in ours.
Run by ctest: setup parquet_readers.py PERIGEE."""
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

import duckdb
import fastparquet  # Debian 12 has no package of it
import pandas
import polars
import pyarrow
import pyarrow.parquet

PERIGEE = str(pathlib.Path(sys.argv.pop(1)).resolve())
KINDS = ["none", "level", "snapshot_begin", "snapshot_end", "bbo", "trade", "funding", "mark", "timer", "order", "fill",
         "gap"]
SIDES = ["none", "buy", "sell"]
COLUMNS = ["local_time", "exchange_time", "kind", "side", "price", "size", "price2", "size2", "id", "flags"]


def read_tape(path):
    """A mapped tape's events: 64 bytes each behind a page, up to the index."""
    data = path.read_bytes()
    (count,) = struct.unpack_from("<Q", data, len(data) - 32)
    rows = []
    for i in range(count):
        exch, local, price, size, price2, size2, number, kind, side, flags, _ = struct.unpack_from("<qqqqqqQBBHI", data,
                                                                                                  4096 + 64 * i)
        rows.append((local, exch, KINDS[kind], SIDES[side], price, size, price2, size2, number, flags))
    return rows


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = pathlib.Path(tempfile.mkdtemp(prefix="perigee-parquet-"))
        cls.addClassCleanup(shutil.rmtree, cls.dir, ignore_errors=True)
        cls.perigee("generate", "a.tape", "--hours", "0.2", "--seed", "5")
        cls.perigee("convert", "a.tape", "events.parquet")
        cls.perigee("convert", "a.tape", "parts", "--to", "parts")
        cls.rows = read_tape(cls.dir / "a.tape")
        cls.events = cls.dir / "events.parquet"

    @classmethod
    def perigee(cls, *arguments):
        run = subprocess.run([PERIGEE, "data", *arguments], cwd=cls.dir, capture_output=True, text=True, timeout=120)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout

    def same_rows(self, columns):
        for i, name in enumerate(COLUMNS):
            self.assertEqual(columns[name], [row[i] for row in self.rows], name)

    def test_pyarrow_reads(self):
        table = pyarrow.parquet.read_table(self.events)
        columns = {name: table[name].cast("int64").to_pylist() if name.endswith("_time") else table[name].to_pylist()
                   for name in COLUMNS}
        self.same_rows(columns)
        metadata = pyarrow.parquet.read_metadata(self.events).metadata
        self.assertEqual(metadata[b"perigee.symbol"], b"ETH")
        self.assertEqual(metadata[b"perigee.price_decimals"], b"1")
        checked = pyarrow.parquet.ParquetFile(self.events, page_checksum_verification=True).read()
        self.assertEqual(checked.num_rows, len(self.rows))

    def test_duckdb_reads(self):
        times = ", ".join(f"epoch_ns({name}) AS {name}" for name in COLUMNS[:2])
        got = duckdb.sql(f"SELECT {times}, {', '.join(COLUMNS[2:])} FROM '{self.events}'").fetchall()
        self.assertEqual(got, self.rows)
        trades = sum(row[2] == "trade" for row in self.rows)
        self.assertEqual(duckdb.sql(f"SELECT count(*) FROM '{self.events}' WHERE kind = 'trade'").fetchall()[0][0], trades)

    def test_polars_reads(self):
        frame = polars.read_parquet(self.events)
        self.same_rows({name: frame[name].cast(polars.Int64).to_list() if name.endswith("_time") else
                        frame[name].to_list() for name in COLUMNS})

    def test_fastparquet_reads(self):
        frame = fastparquet.ParquetFile(str(self.events)).to_pandas()
        self.same_rows({name: frame[name].astype("int64").tolist() if name.endswith("_time") else
                        [str(word) for word in frame[name]] if name in ("kind", "side") else frame[name].tolist()
                        for name in COLUMNS})

    def test_fastparquet_reads_tables_of_r2(self):
        paths = sorted((self.dir / "parts" / "trades_parts").glob("*.parquet"))
        trades = pandas.concat(fastparquet.ParquetFile(str(path)).to_pandas() for path in paths)
        made = [row for row in self.rows if row[2] == "trade"]
        self.assertEqual(trades["is_buyer_maker"].tolist(), [row[3] == "sell" for row in made])
        books = 0
        for path in sorted((self.dir / "parts" / "orderbook_parts").glob("*.parquet")):
            frame, same = fastparquet.ParquetFile(str(path)).to_pandas(), pyarrow.parquet.read_table(path).to_pandas()
            books += len(frame)
            for name in same.columns:
                self.assertEqual(frame[name].fillna(-1).tolist(), same[name].fillna(-1).tolist(), name)
        self.assertGreater(books, 0)

    def test_tables_of_r2(self):
        part = next((self.dir / "parts" / "orderbook_parts").glob("part_*.parquet"))
        names = pyarrow.parquet.read_schema(part).names
        self.assertEqual(names[:7], ["timestamp_ms", "market", "seq", "bid_price_0", "bid_qty_0", "ask_price_0",
                                     "ask_qty_0"])
        self.assertEqual(len(names), 3 + 80)
        crossed = duckdb.sql(f"SELECT count(*) FROM '{part}' WHERE bid_price_0 >= ask_price_0").fetchall()[0][0]
        self.assertEqual(crossed, 0)
        trades = polars.read_parquet(str(self.dir / "parts" / "trades_parts" / "*.parquet"))
        self.assertEqual(trades.height, sum(row[2] == "trade" for row in self.rows))
        self.assertEqual(trades["is_buyer_maker"].sum(), sum(row[2:4] == ("trade", "sell") for row in self.rows))

    def test_what_pyarrow_writes_anew(self):
        """Events that went through another program are still events, whatever it does to pages and encodings."""
        table = pyarrow.parquet.read_table(self.events)
        for i, options in enumerate([{"compression": "snappy"}, {"compression": "gzip", "data_page_version": "2.0"},
                                     {"compression": "lz4", "use_dictionary": False},
                                     {"compression": "zstd", "column_encoding": {"price": "DELTA_BINARY_PACKED"},
                                      "use_dictionary": ["kind", "side"]}]):
            path = self.dir / f"again{i}.parquet"
            pyarrow.parquet.write_table(table, path, row_group_size=5000, **options)
            self.perigee("convert", path.name, f"again{i}.tape")
            self.assertEqual(read_tape(self.dir / f"again{i}.tape"), self.rows, options)

    def test_their_tables_by_a_description(self):
        (self.dir / "their.lua").write_text(
            'return { venue = "their", symbol = "ETH", format = "parquet", record = "trade", max_gap_s = 0,\n'
            '  columns = { exchange_time = "t", price = "px", size = "qty", side = "s" },\n'
            '  sides = { buy = "buy", sell = "sell" } }\n')
        trades = [row for row in self.rows if row[2] == "trade"]
        frame = polars.DataFrame({"t": polars.Series([row[1] for row in trades]).cast(polars.Datetime("ns")),
                                  "px": [row[4] / 10 for row in trades], "qty": [row[5] / 1000 for row in trades],
                                  "s": [row[3] for row in trades]})
        frame.write_parquet(self.dir / "polars.parquet")
        duckdb.sql(f"COPY (SELECT * FROM frame) TO '{self.dir / 'duckdb.parquet'}' (FORMAT parquet, COMPRESSION zstd)")
        fastparquet.write(str(self.dir / "fast.parquet"), frame.to_pandas(), compression="SNAPPY", times="int96")
        for name in ("polars", "duckdb", "fast"):
            self.perigee("import", f"{name}.parquet", "-o", f"{name}.tape", "--layout", "their.lua")
            got = [(row[1], row[3], row[4], row[5]) for row in read_tape(self.dir / f"{name}.tape")]
            self.assertEqual(got, [(row[1], row[3], row[4], row[5]) for row in trades], name)


if __name__ == "__main__":
    unittest.main(verbosity=1)
