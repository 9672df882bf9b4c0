using Llamax.Runs;
using Llamax.Text.Normalization;

namespace Llamax.Text.Tests.Normalization;

public sealed class ByteTrieTests
{
    [Fact]
    public void It_finds_what_a_dictionary_finds_and_the_longest_beginning()
    {
        var draws = new Draws(11, "trie");
        for (var item = 0; item < 40; item++)
        {
            var letters = 2 + draws.Below(60, item);
            byte Unit(int draw) => (byte)(255 - draws.Below(letters, item, draw));
            byte[] Bytes(int number) =>
                [.. Enumerable.Range(1, 1 + draws.Below(5, item, 100 * number)).Select(i => Unit(100 * number + i))];
            var entries = Enumerable.Range(1, 300).Select(number => (Key: Bytes(number), Value: number)).ToList();
            var expected = new Dictionary<string, int>();
            foreach (var (key, value) in entries)
                expected[Convert.ToHexString(key)] = value;
            var trie = new ByteTrie(entries);
            for (var number = 1; number < 900; number++)
            {
                var text = Bytes(number);
                Assert.Equal(expected.GetValueOrDefault(Convert.ToHexString(text), -1), trie.Find(text));
                var longest = Enumerable.Range(1, text.Length).LastOrDefault(n => expected.ContainsKey(Convert.ToHexString(text[..n])));
                Assert.Equal(longest, trie.LongestMatch(text));
            }
        }
    }

    [Fact]
    public void Without_entries_nothing_is_found()
    {
        var trie = new ByteTrie([]);
        Assert.Equal((-1, 0), (trie.Find("a"u8), trie.LongestMatch("a"u8)));
    }
}
