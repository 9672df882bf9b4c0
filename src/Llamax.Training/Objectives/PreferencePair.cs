using System.IO.Hashing;
using System.Runtime.InteropServices;
using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Runs;

namespace Llamax.Training.Objectives;

/// <summary>Two neighbouring documents of a block: the better answer's, then the worse one's, each behind the same prompt.</summary>
internal readonly record struct PreferencePair(PackedDocument Better, PackedDocument Worse)
{
    /// <summary>The pairs of a block in order.</summary>
    /// <exception cref="RequestException">It holds something else.</exception>
    public static IEnumerable<PreferencePair> Of(PackedBlock block)
    {
        if (block.Documents.Count % 2 != 0 || block.Documents.Exists(document => document.Kind != EntryKind.Preference))
        {
            throw new RequestException(
                "a preference objective learns from pairs of a better and a worse answer alone, and a block holds other text",
                "packed corpus", "train on a set that holds preferences and nothing else");
        }

        for (var i = 0; i < block.Documents.Count; i += 2)
            yield return new(block.Documents[i], block.Documents[i + 1]);
    }

    /// <summary>Names the pair by its tokens, wherever it lies.</summary>
    public UInt128 Key(PackedBlock block) => XxHash128.HashToUInt128(
        MemoryMarshal.AsBytes(block.Tokens.AsSpan(Better.Start, Better.Length + Worse.Length)), Better.Length);
}
