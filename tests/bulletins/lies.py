"""What the verifier says to a site that lies: consistently, and cosigned by everybody."""

from niangjia.witness.bulletin_command import check
from niangjia.witness.source import Folder
from tests.bulletins.city import NOW, City, edited, leaves_of_log
from tests.bulletins.conftest import AT, LATER


def verdict(city, folder, name, **more):
    found = check(Folder(city.write(folder)), str(name), city.policy, now=NOW, **more)
    return found["verdict"], found["reasons"]


def lie(world, tmp_path, which, /, **opened):
    """Bulletin `which` says something else; what the verifier says to that."""
    entries = list(world.entries)
    place = world.places[which - 1]
    entries[place] = edited(entries[place], **opened)
    return verdict(City(entries, world.origin), tmp_path / "log", place)


def leaves_at(world, number):
    hour, size = ((AT, 295), (LATER, 299), (LATER, 301))[number - 1]
    return leaves_of_log(world.entries, hour, size)
