using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Corpus.Sharding;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// How much of every test set a corpus contains. The file is one JSON object:
/// <code>
/// {"format": "llamax-contamination/1", "words": 10, "letters": 25, "removed": true, "pairs": 812331, "pairsHit": 12,
///  "sets": [{"name": "flores101 devtest", "language": "ha", "sentences": 1012, "hit": 3, "equal": 1, "overlapping": 2,
///            "examples": [{"test": "…", "testOrigin": "ha.devtest:17", "origin": "a.tsv:4", "equal": true, "source": "…", "target":
/// "…"}]}]}
/// </code>
/// hit = equal + overlapping counts test sentences, not pairs; pairs are all that were read. A set without a hit is listed too.
/// </summary>
internal sealed class ContaminationReport(TestSetIndex index, DecontaminationOptions options)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<int, (bool IsEqual, RemovedPair First)> _hits = [];
    private long _pairs;
    private long _pairsHit;

    public void Add(JudgedPart part)
    {
        _pairs += part.Read;
        _pairsHit += part.Removed.Count;
        foreach (var pair in part.Removed)
        {
            foreach (var hit in pair.Detail.Split(' '))
            {
                var (sentence, isEqual) = (int.Parse(hit.AsSpan(0, hit.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture),
                    hit[^1] == '=');
                if (!_hits.TryGetValue(sentence, out var known) || (isEqual && !known.IsEqual))
                    _hits[sentence] = (isEqual, pair);
            }
        }
    }

    /// <summary>All sets together.</summary>
    public ContaminationTotal Total => new(
        _pairs, _pairsHit, index.Counts.Sum(), _hits.Values.Count(hit => hit.IsEqual), _hits.Values.Count(hit => !hit.IsEqual));

    public string ToJson()
    {
        var ofText = _hits.ToLookup(hit => index[hit.Key].Text);
        return new JsonObject
        {
            ["format"] = "llamax-contamination/1",
            ["words"] = options.Words,
            ["letters"] = options.Letters,
            ["removed"] = !options.ReportOnly,
            ["pairs"] = _pairs,
            ["pairsHit"] = _pairsHit,
            ["sets"] = new JsonArray([.. index.Texts.Select((text, number) => new JsonObject
            {
                ["name"] = text.Set,
                ["language"] = text.Language?.Code,
                ["sentences"] = index.Counts[number],
                ["hit"] = ofText[number].Count(),
                ["equal"] = ofText[number].Count(hit => hit.Value.IsEqual),
                ["overlapping"] = ofText[number].Count(hit => !hit.Value.IsEqual),
                ["examples"] = new JsonArray([.. ofText[number].OrderBy(hit => hit.Key).Take(options.Examples).Select(Example)]),
            })]),
        }.ToJsonString(Indented);
    }

    private JsonObject Example(KeyValuePair<int, (bool IsEqual, RemovedPair First)> hit) => new()
    {
        ["test"] = index[hit.Key].Sentence,
        ["testOrigin"] = index[hit.Key].Origin,
        ["origin"] = hit.Value.First.Pair.Origin,
        ["equal"] = hit.Value.IsEqual,
        ["source"] = hit.Value.First.Pair.Source,
        ["target"] = hit.Value.First.Pair.Target,
    };
}

/// <summary>How much of the test sentences stands in a corpus.</summary>
/// <param name="Pairs">Pairs or entries that were read.</param>
/// <param name="PairsHit">Those with a test sentence, or a long part of one.</param>
/// <param name="Sentences">Test sentences, each counted once for each set and language.</param>
/// <param name="Equal">Those that stand in the corpus whole.</param>
/// <param name="Overlapping">Those of which a long part does.</param>
public readonly record struct ContaminationTotal(long Pairs, long PairsHit, long Sentences, long Equal, long Overlapping);
