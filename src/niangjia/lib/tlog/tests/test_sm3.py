from niangjia.lib.tlog import sm3


def test_the_example_of_the_standard():
    # GB/T 32905, appendix A.1
    assert sm3.sm3(b"abc").hex() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )


def test_the_frontier_is_the_tree_of_rfc_6962_over_sm3():
    leaves = [sm3.leaf_hash(bytes([i])) for i in range(5)]
    frontier = sm3.Sm3Frontier()
    assert frontier.root() == sm3.sm3(b"")
    for leaf in leaves:
        frontier.append(leaf)
    a, b = sm3.node_hash(leaves[0], leaves[1]), sm3.node_hash(leaves[2], leaves[3])
    assert frontier.root() == sm3.node_hash(sm3.node_hash(a, b), leaves[4])
    again = sm3.Sm3Frontier.from_bytes(5, frontier.to_bytes())
    assert again.root() == frontier.root()
