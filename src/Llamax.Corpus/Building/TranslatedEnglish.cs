using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Building;

/// <summary>
/// What g makes of D_En, block by block in the folder <c>g</c>: <c>sw-00003.jsonl</c> names g in its first line and holds a sentence and
/// its translation (null: none) in each other. A block is always translated as a whole, so that the bytes do not depend on who asks for
/// it, and a language's translations serve all of its pairs.
/// </summary>
/// <param name="english">D_En.</param>
/// <param name="translator">g.</param>
/// <param name="folder">The set's folder.</param>
internal sealed class TranslatedEnglish(EnglishText english, ISentenceTranslator translator, string folder)
{
    public const string English = "en";

    private const int BlockSize = 1024;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public EnglishText Text => english;

    /// <summary>Translates what is missing of a shard.</summary>
    /// <param name="lines">Language → of how many first lines translations are needed.</param>
    /// <param name="shard">Whose blocks.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellation">Stops; g keeps what it did of a block, and blocks stay.</param>
    public void Translate(IReadOnlyDictionary<string, int> lines, Shard shard, IRunEvents events, CancellationToken cancellation)
    {
        var missing = Blocks(lines).Where((_, index) => index % shard.Of == shard.Number - 1)
            .Where(block => Read(block.Language, block.Block) is null).ToList();
        foreach (var language in missing.Select(block => block.Language).Distinct())
            translator.Require(English, language);
        using var step = events.Begin("translate by g", missing.Sum(block => Sentences(block.Block).Length), "sentence");
        long failed = 0;
        foreach (var (language, block) in missing)
        {
            cancellation.ThrowIfCancellationRequested();
            var sentences = Sentences(block);
            var translations = translator.Translate(sentences, English, language, cancellation);
            Write(language, block, sentences, translations);
            failed += translations.Count(string.IsNullOrWhiteSpace);
            step.Advance(sentences.Length);
        }

        if (failed > 0)
            events.Warn(string.Create(CultureInfo.InvariantCulture, $"g could not translate {failed:N0} sentences: they are left out"));
    }

    /// <summary>
    /// The first lines in two languages: (g_s(x), g_t(x)), or x itself where one is English. Those that g could not translate are missing.
    /// </summary>
    /// <exception cref="RequestException">They are not translated yet.</exception>
    public IEnumerable<(int Item, string First, string Second, string Origin)> Pairs(string first, string second, int lines)
    {
        for (var block = 0; block * BlockSize < lines; block++)
        {
            var (ones, others) = (Sides(first, block), Sides(second, block));
            for (var i = 0; i < ones.Count && (block * BlockSize) + i < lines; i++)
            {
                var item = (block * BlockSize) + i;
                if (ones[i]?.Trim() is { Length: > 0 } one && others[i]?.Trim() is { Length: > 0 } other)
                    yield return (item, one, other, $"g({english.Lines[item].Origin})");
            }
        }
    }

    private IReadOnlyList<string?> Sides(string language, int block) => language == English
        ? Sentences(block)
        : Read(language, block) ?? throw new RequestException(
            $"g has not translated English into {language} yet", PathOf(language, block),
            "run llamax corpus build with --phase translate --shard i/n for every i first");

    /// <summary>Every block that is needed: first blocks of all languages first.</summary>
    private static IEnumerable<(string Language, int Block)> Blocks(IReadOnlyDictionary<string, int> lines) => lines
        .SelectMany(one => Enumerable.Range(0, (one.Value + BlockSize - 1) / BlockSize).Select(block => (one.Key, block)))
        .OrderBy(block => block.block).ThenBy(block => block.Key, StringComparer.Ordinal);

    private string[] Sentences(int block) => [.. english.Lines.Skip(block * BlockSize).Take(BlockSize).Select(line => line.Text)];

    private string PathOf(string language, int block) =>
        Path.Combine(folder, "g", string.Create(CultureInfo.InvariantCulture, $"{language}-{block:00000}.jsonl"));

    private void Write(string language, int block, string[] sentences, IReadOnlyList<string?> translations)
    {
        var text = new StringBuilder();
        text.Append(JsonSerializer.Serialize(translator.Fingerprint, Relaxed)).Append('\n');
        foreach (var (sentence, translation) in sentences.Zip(translations))
            text.Append(JsonSerializer.Serialize<string?[]>([sentence, translation], Relaxed)).Append('\n');
        AtomicFile.WriteAllText(PathOf(language, block), text.ToString());
    }

    /// <summary>The translations of a block; null where there are none of these sentences by this g.</summary>
    private List<string?>? Read(string language, int block)
    {
        var path = PathOf(language, block);
        if (!File.Exists(path))
            return null;
        var sentences = Sentences(block);
        var translations = new List<string?>(sentences.Length);
        try
        {
            using var lines = File.ReadLines(path).GetEnumerator();
            if (!lines.MoveNext() || JsonSerializer.Deserialize<string>(lines.Current) != translator.Fingerprint)
                return null;
            foreach (var sentence in sentences)
            {
                if (!lines.MoveNext() || JsonSerializer.Deserialize<string?[]>(lines.Current) is not [var source, var target]
                    || source != sentence)
                    return null;
                translations.Add(target);
            }
        }
        catch (JsonException)
        {
            return null;
        }

        return translations;
    }
}
