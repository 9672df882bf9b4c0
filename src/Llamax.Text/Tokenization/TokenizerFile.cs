using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Text.Tokenization;

/// <summary>Opens tokenizers, whatever program wrote them.</summary>
public static class TokenizerFile
{
    // The largest real one (a tokenizer.json for 256,000 pieces) has 35 MB.
    private const int MaxBytes = 1 << 28;

    private static readonly string[] NamesInFolder =
        ["tokenizer.json", "tokenizer.json.gz", "tokenizer.model", "spiece.model", "sentencepiece.model", "sentencepiece.bpe.model"];

    /// <summary>
    /// Reads a SentencePiece <c>*.model</c> or a Hugging Face <c>tokenizer.json</c>, either also compressed with gzip, or the one that a
    /// Hugging Face folder holds; there <c>tokenizer.json</c> is preferred: it alone knows the tokens that were added after training.
    /// A SentencePiece model with a vocab.json beside it (M2M-100) has that file's ids.
    /// The begin, end and padding tokens of a tokenizer.json are those of tokenizer_config.json and special_tokens_map.json beside it.
    /// </summary>
    /// <remarks>
    /// A tokenizer.json that was converted from SentencePiece gives the ids of the SentencePiece model: control pieces such as
    /// <c>&lt;/s&gt;</c> that stand in the text are text, where the library tokenizers would read them as control. Tokens added behind
    /// the vocabulary, and all added tokens of byte-level tokenizers, are recognised in the text.
    /// </remarks>
    /// <exception cref="RequestException">Nothing is there, or it is no tokenizer, damaged, or of an unknown kind.</exception>
    public static ITokenizer Load(string path)
    {
        if (Directory.Exists(path))
        {
            var name = NamesInFolder.FirstOrDefault(name => File.Exists(Path.Combine(path, name)));
            if (name is null)
                throw new RequestException(
                    "a folder without a tokenizer", path, $"put one of these files there: {string.Join(", ", NamesInFolder)}");
            return LoadFile(Path.Combine(path, name), isFolder: true);
        }

        if (!File.Exists(path))
            throw new RequestException(
                "no such file or folder", path, "give a tokenizer.model, a tokenizer.json, or a folder with one of them");
        return LoadFile(path, isFolder: false);
    }

    /// <summary>Reads a SentencePiece <c>*.model</c> as data, to be changed and saved again.</summary>
    /// <exception cref="RequestException">As <see cref="Load"/>.</exception>
    public static SentencePieceModel LoadModel(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("no such file", path, "give a SentencePiece tokenizer.model");
        return SentencePieceFormat.Read(ReadFile(path), path);
    }

    /// <summary>Reads a byte-level BPE <c>tokenizer.json</c> as data; null where the file is a tokenizer of another kind.</summary>
    /// <exception cref="RequestException">As <see cref="Load"/>.</exception>
    public static ByteLevelModel? LoadByteLevelModel(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("no such file", path, "give a tokenizer.json");
        var file = ReadFile(path);
        var text = file.AsSpan().TrimStart("\uFEFF \t\r\n"u8);
        return text.StartsWith("{"u8) ? HuggingFaceFormat.ReadByteLevelModel(text, path) : null;
    }

    /// <summary>
    /// Writes a vocabulary into a model folder in both forms that other programs read: tokenizer.model (SentencePiece, llama.cpp), and
    /// tokenizer.json with tokenizer_config.json and special_tokens_map.json (transformers, vLLM).
    /// </summary>
    /// <returns>The tokenizer as <see cref="Load"/> reads it back from <paramref name="folder"/>.</returns>
    /// <exception cref="RequestException">The model has no tokenizer.json form: no BPE, or it changes characters of the text.</exception>
    public static ITokenizer Save(SentencePieceModel model, string folder)
    {
        var tokenizer = HuggingFaceWriter.Tokenizer(model);
        Write("tokenizer.model", SentencePieceFormat.Write(model));
        Write("tokenizer_config.json", HuggingFaceWriter.Config(model));
        Write("special_tokens_map.json", HuggingFaceWriter.SpecialTokensMap(model));
        Write("tokenizer.json", tokenizer);
        return Load(folder);

        void Write(string name, byte[] content) => AtomicFile.Write(Path.Combine(folder, name), stream => stream.Write(content));
    }

    /// <summary>As <see cref="Save"/>, or tokenizer.model alone where the vocabulary has no tokenizer.json form.</summary>
    public static void SaveWhatCanBe(SentencePieceModel model, string folder)
    {
        if (HuggingFaceWriter.CanWrite(model))
            Save(model, folder);
        else
            SaveModel(model, folder);
    }

    /// <summary>Writes tokenizer.model alone, for models that have no tokenizer.json form.</summary>
    public static void SaveModel(SentencePieceModel model, string folder) =>
        AtomicFile.Write(Path.Combine(folder, "tokenizer.model"), stream => stream.Write(SentencePieceFormat.Write(model)));

    internal static string Fingerprint(ReadOnlySpan<byte> file) => Convert.ToHexStringLower(SHA256.HashData(file));

    private static ITokenizer LoadFile(string path, bool isFolder)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var file = ReadFile(path);
        var text = file.AsSpan().TrimStart("\uFEFF \t\r\n"u8);
        if (text.StartsWith("{"u8))
            return HuggingFaceFormat.Read(text, SpecialTokenNames.ReadFrom(folder), Fingerprint(file), path);
        if (text.StartsWith("version https://git-lfs"u8))
            throw new RequestException("a Git LFS pointer instead of the file itself", path, "run git lfs pull in its repository");

        var model = SentencePieceFormat.Read(file, path);
        var numbersPath = Path.Combine(folder, "vocab.json");
        if (isFolder && File.Exists(numbersPath))
        {
            var numbers = ReadFile(numbersPath);
            var pieces = SentencePieceTokenizer.From(model, [], Fingerprint(file), path);
            return RenumberedTokenizer.Read(pieces, numbers, folder, Fingerprint([.. file, .. numbers]), numbersPath);
        }

        var addedPath = Path.Combine(folder, "added_tokens.json");
        if (!isFolder || !File.Exists(addedPath))
            return SentencePieceTokenizer.From(model, [], Fingerprint(file), path);
        var added = ReadFile(addedPath);
        return SentencePieceTokenizer.From(model, ReadAddedTokens(added, model, addedPath), Fingerprint([.. file, .. added]), path);
    }

    /// <summary>Older folders list the tokens behind a SentencePiece vocabulary in added_tokens.json: an object, token → id.</summary>
    private static List<AddedToken> ReadAddedTokens(ReadOnlySpan<byte> json, SentencePieceModel model, string where)
    {
        Dictionary<string, int> listed;
        try
        {
            listed = JsonSerializer.Deserialize<Dictionary<string, int>>(json) ?? [];
        }
        catch (JsonException problem)
        {
            throw new RequestException($"not an object of tokens and ids: {problem.Message}", where, "fetch the file again", problem);
        }

        var added = listed.Where(entry => entry.Value < 0 || entry.Value >= model.Pieces.Length)
            .OrderBy(entry => entry.Value).Select(entry => new AddedToken(entry.Key, entry.Value, IsSpecial: true)).ToList();
        for (var i = 0; i < added.Count; i++)
            if (added[i].Id != model.Pieces.Length + i || added[i].Text.Length == 0)
                throw new RequestException(
                    $"the added token '{added[i].Text}' has the id {added[i].Id}, {model.Pieces.Length + i} expected", where,
                    "number the added tokens on from the last piece of the model");
        return added;
    }

    /// <summary>The bytes of a file, uncompressed.</summary>
    private static byte[] ReadFile(string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var isCompressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic.SequenceEqual<byte>([0x1F, 0x8B]);
        file.Position = 0;
        using var content = isCompressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var memory = new MemoryStream();
        var block = new byte[1 << 16];
        try
        {
            for (int length; (length = content.Read(block)) > 0;)
            {
                memory.Write(block, 0, length);
                if (memory.Length > MaxBytes)
                    throw new RequestException(
                        $"more than {MaxBytes >> 20} MiB: too large for a tokenizer", path, "name the tokenizer, not the model");
            }
        }
        catch (InvalidDataException problem)
        {
            throw new RequestException($"damaged gzip data: {problem.Message}", path, "fetch the file again", problem);
        }

        if (memory.Length == 0)
            throw new RequestException("an empty file", path, "fetch the file again");
        return memory.ToArray();
    }
}
