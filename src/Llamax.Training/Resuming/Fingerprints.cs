using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Llamax.Corpus.Packing;

namespace Llamax.Training.Resuming;

/// <summary>Short names of large things, to notice that a resumed run was given another corpus or another initial model.</summary>
public static class Fingerprints
{
    private const int SampledBlocks = 256;
    private const int SampledBytes = 1 << 20;

    /// <summary>Hash of a corpus: its counts, its tokenizer, and up to 256 blocks spread evenly over it.</summary>
    public static string Of(IPackedCorpus corpus)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, string.Create(
            CultureInfo.InvariantCulture,
            $"{corpus.BlockLength} {corpus.BlockCount} {corpus.TokenCount} {corpus.VocabularySize} {corpus.TokenizerFingerprint}"));
        var block = new PackedBlock(corpus.BlockLength);
        var samples = Math.Min(SampledBlocks, corpus.BlockCount);
        for (var i = 0; i < samples; i++)
        {
            corpus.Read((int)((long)i * corpus.BlockCount / samples), block);
            hash.AppendData(MemoryMarshal.AsBytes(block.Tokens.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(block.Segments.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(block.Loss.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// Hash of a model folder: config.json, and of every weight file its name, its length and its first and last MiB; hashing all of
    /// a large model at every start would cost minutes.
    /// </summary>
    public static string OfModel(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(File.ReadAllBytes(Path.Combine(folder, "config.json")));
        var weights = Directory.EnumerateFiles(folder)
            .Where(path => Path.GetExtension(path) is ".safetensors" or ".bin" or ".pt")
            .Order(StringComparer.Ordinal);
        foreach (var path in weights)
        {
            using var stream = File.OpenRead(path);
            Append(hash, string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)} {stream.Length}"));
            AppendPart(hash, stream, 0);
            AppendPart(hash, stream, Math.Max(0, stream.Length - SampledBytes));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));

    private static void AppendPart(IncrementalHash hash, FileStream stream, long offset)
    {
        stream.Position = offset;
        var part = new byte[(int)Math.Min(SampledBytes, stream.Length - offset)];
        stream.ReadExactly(part);
        hash.AppendData(part);
    }
}
