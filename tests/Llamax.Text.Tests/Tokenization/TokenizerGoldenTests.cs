using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>
/// Ids that other programs gave to the same text with the same file (golden/tokenizers, golden/metrics/spm): not one line may differ.
/// Those of Llama-3 and Qwen come from a JavaScript port; on all of its lines it agrees with the expressions printed in tokenizer.json.
/// </summary>
[Trait("Category", "Golden")]
public sealed class TokenizerGoldenTests
{
    [Theory]
    [MemberData(nameof(GoldensWithModels))]
    public void Every_line_gets_the_ids_that_the_original_program_gives(string name, string model)
    {
        var path = Resolve(model);
        if (OtherVocabulary(name, path) is { } reason)
            Assert.Skip(reason);
        AssertSameIds(TokenizerFile.Load(path), name);
    }

    /// <summary>The JSON form of the vocabularies that the goldens have only as SentencePiece models, written by ourselves.</summary>
    [Theory]
    [InlineData("llama2")]
    public void A_SentencePiece_model_saved_in_both_forms_still_gives_the_ids_of_the_original_program(string name)
    {
        using var folder = new TemporaryFolder();
        TokenizerFile.Save(TokenizerFile.LoadModel(SentencePieceFile(name)!), folder.Path);
        AssertSameIds(TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.json")), name);
        AssertSameIds(TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.model")), name);
    }

    [Fact]
    public void Every_line_gets_the_pieces_that_spBLEU_counts()
    {
        var lines = ReadLines(Goldens.GoldenPath("metrics", "spm", "pieces-flores101-dev.jsonl.gz"));
        var tokenizers = new Dictionary<string, ITokenizer>();
        Assert.NotEmpty(lines);
        foreach (var line in lines)
        {
            var text = line.TryGetProperty("text", out var given) ? given.GetString()! : FloresLine(line);
            foreach (var pieces in line.GetProperty("pieces").EnumerateObject())
            {
                if (!tokenizers.TryGetValue(pieces.Name, out var tokenizer))
                    tokenizers[pieces.Name] = tokenizer = TokenizerFile.Load(Goldens.GoldenPath("metrics", "spm", pieces.Name + ".model"));
                Assert.Equal(pieces.Value.EnumerateArray().Select(piece => piece.GetString()), tokenizer.EncodePieces(text));
                var ids = line.GetProperty("ids").GetProperty(pieces.Name).EnumerateArray().Select(id => id.GetInt32());
                Assert.Equal(ids, tokenizer.Encode(text));
            }
        }
    }

    /// <summary>
    /// The JSON file that has no golden of its own (it holds another vocabulary than its name says) against the definition, written
    /// naively: the first of all merges that apply, until none does.
    /// </summary>
    [Fact]
    public void A_converted_tokenizer_json_merges_as_its_list_says()
    {
        var path = Goldens.DataPath("tokenizers", "llama2", "tokenizer.json.gz");
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var json = JsonDocument.Parse(stream);
        var model = json.RootElement.GetProperty("model");
        var ids = model.GetProperty("vocab").EnumerateObject().ToDictionary(piece => piece.Name, piece => piece.Value.GetInt32());
        var ranks = model.GetProperty("merges").EnumerateArray().Select((merge, rank) => (Pair: merge.GetString()!, rank))
            .ToDictionary(merge => merge.Pair, merge => merge.rank);
        var tokenizer = TokenizerFile.Load(path);
        foreach (var line in ReadLines(Goldens.GoldenPath("tokenizers", "llama2.jsonl.gz")).TakeLast(130))
        {
            var text = line.GetProperty("text").GetString()!;
            var symbols = ('\u2581' + text.Replace(' ', '\u2581')).EnumerateRunes().Select(rune => rune.ToString()).ToList();
            while (true)
            {
                var (rank, at) = Enumerable.Range(0, symbols.Count - 1)
                    .Select(i => (ranks.GetValueOrDefault($"{symbols[i]} {symbols[i + 1]}", int.MaxValue), i))
                    .DefaultIfEmpty((int.MaxValue, 0)).Min();
                if (rank == int.MaxValue)
                    break;
                symbols[at] += symbols[at + 1];
                symbols.RemoveAt(at + 1);
            }

            var expected = symbols.SelectMany(symbol => ids.TryGetValue(symbol, out var id)
                ? [id]
                : Encoding.UTF8.GetBytes(symbol).Select(value => ids[$"<0x{value:X2}>"]));
            Assert.Equal(expected, tokenizer.Encode(text));
            Assert.Equal(text.Replace('\u2581', ' '), tokenizer.Decode(tokenizer.Encode(text)));
        }
    }

    public static IReadOnlyCollection<ITheoryDataRow> GoldensWithModels()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Goldens.Files("tokenizers", "*.jsonl.gz"))
        {
            if (!ReadLines(file).Take(1).Any(line => line.TryGetProperty("ids", out _)))
                continue; // a golden of another kind, for example of words
            var name = Path.GetFileName(file)[..^".jsonl.gz".Length];
            var models = Models(name);
            foreach (var model in models)
                data.Add(name, Shorten(model));
            if (models.Count == 0)
                data.Add(name, "no model of this name");
        }

        return Goldens.Cases(data);
    }

    internal static List<JsonElement> ReadLines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var lines = new List<JsonElement>();
        while (reader.ReadLine() is { } line)
            lines.Add(JsonElement.Parse(line));
        return lines;
    }

    /// <summary>Files that can belong to a golden: NAME.model, NAME/tokenizer.json and the like, anywhere below the two folders.</summary>
    internal static List<string> Models(string name)
    {
        string[] endings =
        [
            $"/{name}.model", $"/{name}-tokenizer/tokenizer.model", $"/{name}/tokenizer.model", $"/{name}/tokenizer.json",
            $"/{name}.json",
        ];
        return [.. new[] { Goldens.Data, Goldens.Root }
            .SelectMany(root => Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories))
            .Where(file => endings.Any(ending => Uncompressed(file).EndsWith(ending, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    private static string Uncompressed(string file) =>
        (file.EndsWith(".gz", StringComparison.Ordinal) ? file[..^3] : file).Replace('\\', '/');

    private static void AssertSameIds(ITokenizer tokenizer, string name)
    {
        var lines = ReadLines(Goldens.GoldenPath("tokenizers", name + ".jsonl.gz"));
        var differing = new List<string>();
        foreach (var line in lines)
        {
            var text = line.GetProperty("text").GetString()!;
            var expected = line.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).ToArray();
            var actual = tokenizer.Encode(text);
            if (!expected.SequenceEqual(actual))
                differing.Add($"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, got {string.Join(' ', actual)}");
            if (line.TryGetProperty("decoded", out var decoded) && tokenizer.Decode(expected) is var shown && decoded.GetString() != shown)
                differing.Add($"{JsonSerializer.Serialize(decoded.GetString())} to decode, got {JsonSerializer.Serialize(shown)}");
        }

        Assert.NotEmpty(lines);
        Assert.True(differing.Count == 0, $"{differing.Count} differences on {lines.Count} lines:\n{string.Join('\n', differing.Take(5))}");
    }

    /// <summary>
    /// The goldens of SentencePiece vocabularies were made with the *.model. A JSON file of the same name that numbers its pieces
    /// differently is not the same vocabulary, whatever its folder is called: llama2/tokenizer.json.gz agrees on 270 of 32,000 ids.
    /// </summary>
    private static string? OtherVocabulary(string name, string path)
    {
        if (path.EndsWith(".model", StringComparison.Ordinal) || SentencePieceFile(name) is not { } model)
            return null;
        var (one, other) = (TokenizerFile.Load(model), TokenizerFile.Load(path));
        var size = Math.Max(one.VocabularySize, other.VocabularySize);
        var same = Enumerable.Range(0, Math.Min(one.VocabularySize, other.VocabularySize)).Count(id => one.Piece(id) == other.Piece(id));
        return same == size ? null : $"{path} holds another vocabulary than {model}: {same} of {size} ids stand for the same piece.";
    }

    private static string? SentencePieceFile(string name) =>
        Models(name).FirstOrDefault(file => file.EndsWith(".model", StringComparison.Ordinal));

    private static string FloresLine(JsonElement line)
    {
        var (language, split) = (line.GetProperty("lang").GetString()!, line.GetProperty("split").GetString()!);
        return Lines(Goldens.DataPath("flores101", split, $"{language}.{split}.gz"))[line.GetProperty("line").GetInt32() - 1];
    }

    internal static string[] Lines(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        return reader.ReadToEnd().Split('\n');
    }

    private static string Shorten(string path) => path.StartsWith(Goldens.Data, StringComparison.Ordinal)
        ? Path.Combine("data", Path.GetRelativePath(Goldens.Data, path))
        : Path.Combine("golden", Path.GetRelativePath(Goldens.Root, path));

    private static string Resolve(string shortened)
    {
        Assert.True(shortened.Contains(Path.DirectorySeparatorChar), shortened);
        var root = shortened.StartsWith("data", StringComparison.Ordinal) ? Goldens.Data : Goldens.Root;
        return Path.Combine(root, shortened[(shortened.IndexOf(Path.DirectorySeparatorChar) + 1)..]);
    }
}
