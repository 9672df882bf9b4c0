using System.IO.Compression;
using System.Security.Cryptography;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>Opens tokenizers, whatever program wrote them.</summary>
public static class TokenizerFile
{
    private const int MaxBytes = 1 << 28;

    /// <summary>Reads a SentencePiece <c>*.model</c>, a Hugging Face <c>tokenizer.json</c>, either of them also as <c>.gz</c>.</summary>
    /// <exception cref="RequestException">Nothing is there, or it is no tokenizer, damaged, or of a kind that Llamax does not have.</exception>
    public static ITokenizer Load(string path)
    {
        var file = ReadFile(path);
        return SentencePieceTokenizer.From(SentencePieceFormat.Read(file, path), [], Fingerprint(file), path);
    }

    internal static string Fingerprint(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));

    /// <summary>The bytes of a file, uncompressed.</summary>
    private static byte[] ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        using var content = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var memory = new MemoryStream();
        content.CopyTo(memory);
        return memory.ToArray();
    }
}
