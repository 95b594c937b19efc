"""What a JSON Schema says of YAML texts: reads a JSON list of texts, writes a JSON list of true and false.

`library_settings.py SCHEMA TEXTS`. YAML is read by its version 1.2; a text that is no YAML is false.
"""

import json
import sys

from jsonschema import Draft202012Validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        texts = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)

    def verdict(text: str) -> bool:
        try:
            return validator.is_valid(YAML(typ="safe", pure=True).load(text))
        except YAMLError:
            return False

    json.dump([verdict(text) for text in texts], sys.stdout)


if __name__ == "__main__":
    main()
