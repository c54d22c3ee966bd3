// check holds an exported log against Go's own library: notes, tiles, proofs, hashes.
//
// It prints one line of counts, or on stderr why the log is refused (exit 1). The format of tiles
// is that of C2SP tlog-tiles, which differs from the library's in two places: paths have no height
// ("tile/0/000", not "tile/8/0/000"), and entries lie in bundles, each behind its length.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height      = 8
	width       = 1 << height
	cosignature = 0x04
)

// witness verifies timestamped cosignatures (C2SP tlog-cosignature), which the library lacks.
type witness struct {
	name   string
	hash   uint32
	public ed25519.PublicKey
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

// Verify reports if sig is 8 bytes of time and a signature over that time and the text.
func (w *witness) Verify(text, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(w.public, []byte(signed), sig[8:])
}

func parseWitness(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a vkey: %s", vkey)
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != cosignature {
		return nil, fmt.Errorf("not a witness's key: %s", vkey)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, fmt.Errorf("wrong key id: %s", vkey)
	}
	return &witness{parts[0], binary.BigEndian.Uint32(sum[:4]), key[1:]}, nil
}

// policy gives the verifiers that a C2SP tlog-policy names, and the name of the log's own.
func policy(text string) (list []note.Verifier, log string, err error) {
	for _, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		var one note.Verifier
		switch {
		case len(words) >= 2 && words[0] == "log":
			if one, err = note.NewVerifier(words[1]); err == nil {
				log = one.Name()
			}
		case len(words) >= 3 && words[0] == "witness":
			one, err = parseWitness(words[2])
		default:
			continue
		}
		if err != nil {
			return nil, "", err
		}
		list = append(list, one)
	}
	return list, log, nil
}

// open gives the tree of a checkpoint that the log signed, and how many others cosigned it.
func open(file string, known []note.Verifier, log string) (tree tlog.Tree, cosigned int, err error) {
	message, err := os.ReadFile(file)
	if err != nil {
		return tree, 0, err
	}
	opened, err := note.Open(message, note.VerifierList(known...))
	if err != nil {
		return tree, 0, fmt.Errorf("%s: %v", filepath.Base(file), err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log || lines[3] != "" {
		return tree, 0, fmt.Errorf("not a checkpoint of %s", log)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, 0, err
	}
	if tree.Hash, err = tlog.ParseHash(lines[2]); err != nil {
		return tree, 0, err
	}
	signed := false
	for _, sig := range opened.Sigs {
		if sig.Name == log {
			signed = true
		} else {
			cosigned++
		}
	}
	if !signed {
		return tree, 0, fmt.Errorf("the log itself did not sign")
	}
	return tree, cosigned, nil
}

// tiles reads the files of an export for the library.
type tiles string

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) path(tile tlog.Tile) string {
	path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
	return filepath.Join(string(t), strings.Replace(path, "tile/data/", "tile/entries/", 1))
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// entries gives all entries of a tree of that size, in order.
func (t tiles) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for n := int64(0); n*width < size; n++ {
		w := size - n*width
		if w > width {
			w = width
		}
		data, err := os.ReadFile(t.path(tlog.Tile{H: height, L: -1, N: n, W: int(w)}))
		if err != nil {
			return nil, err
		}
		for ; w > 0; w-- {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("bundle %d ends too early", n)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
		if len(data) > 0 {
			return nil, fmt.Errorf("bundle %d has bytes left over", n)
		}
	}
	return all, nil
}

// hashes keeps what the library stores of a tree.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		if i >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", i)
		}
		all = append(all, h[i])
	}
	return all, nil
}

// rehashed makes the tree anew from the entries and holds root and tiles against it.
func rehashed(tree tlog.Tree, from tiles, entries [][]byte) (n int, err error) {
	var stored hashes
	for i, entry := range entries {
		more, err := tlog.StoredHashes(int64(i), entry, stored)
		if err != nil {
			return 0, err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return 0, err
	}
	if root != tree.Hash {
		return 0, fmt.Errorf("the entries have another root than the checkpoint")
	}
	all := tlog.NewTiles(height, 0, tree.N)
	for i, tile := range all {
		if i+1 < len(all) && all[i+1].L == tile.L && all[i+1].N == tile.N {
			continue // narrower than what a log of this size must have
		}
		want, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return 0, err
		}
		found, err := os.ReadFile(from.path(tile))
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(found, want) {
			return 0, fmt.Errorf("tile %s is not that of the entries", from.path(tile))
		}
		n++
	}
	return n, nil
}

// consistent proves tree `old` to be the beginning of `tree`, by the tiles.
func consistent(tree, old tlog.Tree, reader tlog.HashReader) error {
	if old.N > tree.N {
		return fmt.Errorf("the known checkpoint has more entries: %d", old.N)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	if err != nil {
		return err
	}
	if err = tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return fmt.Errorf("a fork: tree %d is not the beginning of tree %d: %v", old.N, tree.N, err)
	}
	return nil
}

// proofs checks inclusion of random entries and consistency with random sizes.
func proofs(tree tlog.Tree, reader tlog.HashReader, entries [][]byte, n int) error {
	for i := 0; i < n; i++ {
		at := rand.Int63n(tree.N)
		proof, err := tlog.ProveRecord(tree.N, at, reader)
		if err != nil {
			return err
		}
		hash := tlog.RecordHash(entries[at])
		if err = tlog.CheckRecord(proof, tree.N, tree.Hash, at, hash); err != nil {
			return fmt.Errorf("entry %d is not in the tree: %v", at, err)
		}
		size := 1 + rand.Int63n(tree.N)
		root, err := tlog.TreeHash(size, reader)
		if err != nil {
			return err
		}
		if err = consistent(tree, tlog.Tree{N: size, Hash: root}, reader); err != nil {
			return err
		}
	}
	return nil
}

func check(folder, earlier string, n int) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "policy"))
	if err != nil {
		return "", err
	}
	known, log, err := policy(string(text))
	if err != nil {
		return "", err
	}
	tree, cosigned, err := open(filepath.Join(folder, "checkpoint"), known, log)
	if err != nil {
		return "", err
	}
	from := tiles(folder)
	reader := tlog.TileHashReader(tree, from)
	if earlier != "" {
		old, _, err := open(earlier, known, log)
		if err == nil {
			err = consistent(tree, old, reader)
		}
		if err != nil {
			return "", err
		}
	}
	entries, err := from.entries(tree.N)
	if err != nil {
		return "", err
	}
	if err = proofs(tree, reader, entries, n); err != nil {
		return "", err
	}
	nTiles, err := rehashed(tree, from, entries)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("size %d cosigned %d tiles %d proofs %d", tree.N, cosigned, nTiles, n), nil
}

func main() {
	known := flag.String("known", "", "a checkpoint seen before, of which the log must be a continuation")
	n := flag.Int("n", 50, "how many random proofs of each kind")
	seed := flag.Int64("seed", 1, "of the random proofs")
	flag.Parse()
	rand.Seed(*seed)
	told, err := check(flag.Arg(0), *known, *n)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(told)
}
