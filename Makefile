# Every command of the project, for people and for continuous integration alike.
PYTHON ?= python3
# Installs what is missing, then hands the rest of its line to the Python of .venv.
SET_UP := $(PYTHON) tools/set_up.py

.PHONY: help run admin test format contract screenshots bench

help: ## List these commands.
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' Makefile

run: ## Serve on http://localhost:8000, for this machine and its network.
	@$(SET_UP) run manage.py serve --migrate

admin: ## Create an account for the admin pages at /admin/.
	@$(SET_UP) run manage.py migrate --verbosity 0
	@$(SET_UP) run manage.py createsuperuser

test: ## Run every check and every test.
	@$(SET_UP) test -m tools.check

format: ## Rewrite Python, JavaScript and templates in the house style.
	@$(SET_UP) test
	@.venv/bin/python -m ruff check --fix --exit-zero .
	@.venv/bin/python -m ruff format .
	@find templates -name '*.html' -exec .venv/bin/djade {} +
	@PATH=".venv/bin:$$PATH" node_modules/.bin/biome check --write

contract: ## Write anew what the server promises the browser (tests/contract/).
	@WRITE_CONTRACT=1 $(SET_UP) test -m pytest --quiet tests/contract

screenshots: ## Make the pictures of every screen.
	@$(SET_UP) test -m tools.screenshots

bench: ## Compare speeds; ONLY=votes runs one part, AGAINST=../before compares two checkouts.
	@$(SET_UP) test -m bench $(ONLY) $(foreach checkout,$(AGAINST),--against $(checkout))
