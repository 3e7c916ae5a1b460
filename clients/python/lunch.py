"""Prints the next lunch of a hospital: python lunch.py URL SLUG [DIET...]"""

import sys

from thali_client import Diet, DishFilter, MenuItemFilter, ThaliClient


def main(url: str, slug: str, *diets: str) -> None:
    client = ThaliClient(url=url)
    fitting = MenuItemFilter(dish=DishFilter(diets=[Diet(diet) for diet in diets]))
    after = None
    while True:
        hospital = client.lunch(hospital=slug, only=fitting, first=10, after=after).hospital
        if hospital is None:
            sys.exit(f"there is no hospital {slug}")
        if not hospital.menus.nodes:
            sys.exit(f"{hospital.name} has not published a lunch yet")
        menu = hospital.menus.nodes[0]
        if after is None:
            print(f"{hospital.name}, {menu.date:%A %d %B}")
        for item in menu.items.nodes:
            price = item.price.formatted if item.price else "-"
            allergens = ", ".join(each.allergen.value for each in item.dish.allergens)
            if not item.dish.allergens_declared:
                allergens = "allergens not declared"
            print(f"{price:>8}  {item.dish.name} ({allergens or 'no allergens'})")
        if not menu.items.page_info.has_next_page:
            break
        after = menu.items.page_info.end_cursor


if __name__ == "__main__":
    main(*sys.argv[1:])
