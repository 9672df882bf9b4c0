using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>
/// One of several processes that share a step's work. Where there are at least as many files as shards, each file belongs to one shard;
/// otherwise the blocks of every file are dealt out, and each shard reads through the others' blocks.
/// </summary>
/// <param name="Number">From 1 to <paramref name="Of"/>.</param>
/// <param name="Of">How many there are.</param>
public readonly record struct Shard(int Number, int Of)
{
    /// <summary>A process that does all the work.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <exception cref="RequestException">It is not i/n with 1 ≤ i ≤ n.</exception>
    public static Shard Parse(string text, string option = "--shard")
    {
        var parts = text.Split('/');
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var of)
            && number >= 1 && number <= of && of <= 100_000)
            return new(number, of);
        throw new RequestException(
            $"\"{text}\" is no shard", option, "write i/n with i from 1 to n: the second of seven is 2/7");
    }

    internal bool OwnsFile(int file, int files) => files < Of || file % Of == Number - 1;

    internal bool OwnsBlock(int file, int block, int files) => files >= Of ? OwnsFile(file, files) : block % Of == Number - 1;

    /// <summary>As a file name: <c>2-of-7</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}-of-{Of}");
}
