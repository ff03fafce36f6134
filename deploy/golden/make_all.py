"""Makes all golden values that depend on the model's weights anew, and says what changed. See README.md."""
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# make_cases draws with what make_pictures makes. The scripts that never look at the weights are left out.
SCRIPTS = ("make_goldens", "make_prompts", "make_pictures", "make_cases")


def main():
    for script in SCRIPTS:
        print(f"== {script}", flush=True)
        subprocess.run([sys.executable, HERE / f"{script}.py"], check=True)
    resources = HERE.parents[1] / "worker" / "src" / "test" / "resources"
    subprocess.run(["git", "status", "--short", resources], check=True)


if __name__ == "__main__":
    main()
