using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Llamax.Decoding.Translators;

/// <summary>
/// Names the content of a model without reading all of it: name and size of every file, and three blocks of each. Training changes every
/// block of the weights.
/// </summary>
public static class ModelFingerprint
{
    private const int Block = 1 << 16;

    /// <param name="path">A model folder, or one model file.</param>
    /// <returns>SHA-256, lower-case hexadecimal.</returns>
    public static string Of(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var block = new byte[Block];
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)] : [path];
        foreach (var file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            var head = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(file)}\0{stream.Length}\0");
            hash.AppendData(Encoding.UTF8.GetBytes(head));
            foreach (var start in (long[])[0, (stream.Length / 2) - (Block / 2), stream.Length - Block])
            {
                stream.Position = Math.Max(0, start);
                hash.AppendData(block, 0, stream.ReadAtLeast(block, Block, throwOnEndOfStream: false));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
