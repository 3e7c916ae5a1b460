"""Python's clients, generated from schema.graphql, against the server at THALI_URL."""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import graphql

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "clients" / "python"
PROGRAMS = Path(sys.executable).parent
URL = os.environ["THALI_URL"]


def run(*command: str | Path, cwd: Path = EXAMPLE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, text=True, capture_output=True)


class AriadneCodegen(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        generated = run(PROGRAMS / "ariadne-codegen")
        if generated.returncode != 0:
            raise AssertionError(generated.stdout + generated.stderr)
        sys.path.insert(0, str(EXAMPLE))

    def test_the_example_prints_a_lunch(self) -> None:
        all_dishes = run(sys.executable, "lunch.py", URL, "riverside-general")
        self.assertEqual(all_dishes.returncode, 0, all_dishes.stderr)
        heading, *dishes = all_dishes.stdout.splitlines()
        self.assertEqual(heading, "Riverside General Hospital, Monday 23 November")
        # More than a page of ten.
        self.assertGreater(len(dishes), 10)
        self.assertTrue(all("£" in dish or "-" in dish for dish in dishes), dishes)
        vegan = run(sys.executable, "lunch.py", URL, "riverside-general", "VEGAN")
        self.assertTrue(0 < len(vegan.stdout.splitlines()) - 1 < len(dishes), vegan)

    def test_the_example_says_what_is_missing(self) -> None:
        nowhere = run(sys.executable, "lunch.py", URL, "nowhere")
        self.assertEqual(nowhere.stderr.strip(), "there is no hospital nowhere")

    def test_answers_are_typed(self) -> None:
        from thali_client import Diet, ThaliClient

        with ThaliClient(url=URL) as client:
            hospital = client.lunch(hospital="riverside-general", first=3).hospital
        menu = hospital.menus.nodes[0]
        self.assertEqual(menu.date, datetime.date(2026, 11, 23))
        self.assertIsNotNone(menu.accepts_orders_until.tzinfo)
        self.assertIsInstance(menu.items.nodes[0].dish.diets[0], Diet)

    def test_an_error_comes_with_its_code(self) -> None:
        from thali_client import GraphQLClientGraphQLMultiError, ThaliClient

        refused = self.assertRaises(GraphQLClientGraphQLMultiError)
        with ThaliClient(url=URL) as client, refused as raised:
            client.lunch(hospital="riverside-general", first=101)
        self.assertEqual(raised.exception.errors[0].extensions["code"], "BAD_USER_INPUT")


class Sgqlc(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        folder = Path(cls.folder.name)
        # sgqlc reads introspection.
        schema = graphql.build_schema((ROOT / "schema.graphql").read_text())
        introspection = folder / "schema.json"
        introspection.write_text(json.dumps(graphql.introspection_from_schema(schema)))
        module = folder / "thali_schema.py"
        made = run(PROGRAMS / "sgqlc-codegen", "schema", "--docstrings", introspection, module)
        if made.returncode != 0:
            raise AssertionError(made.stderr)
        sys.path.insert(0, str(folder))

    def test_selections_are_written_in_python(self) -> None:
        import thali_schema as schema
        from sgqlc.endpoint.http import HTTPEndpoint
        from sgqlc.operation import Operation

        endpoint = HTTPEndpoint(URL)
        found, after = [], None
        for _ in range(3):
            operation = Operation(schema.Query)
            dishes = operation.dishes(first=5, after=after, filter={"diets": ["VEGAN"]})
            dishes.nodes.name()
            dishes.page_info.__fields__("has_next_page", "end_cursor")
            page = (operation + endpoint(operation)).dishes
            found += [dish.name for dish in page.nodes]
            after = page.page_info.end_cursor
        self.assertEqual(len(set(found)), 15)
        self.assertTrue(page.page_info.has_next_page)


if __name__ == "__main__":
    unittest.main()
