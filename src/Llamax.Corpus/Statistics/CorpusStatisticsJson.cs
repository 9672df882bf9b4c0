using System.Text.Json.Nodes;
using Llamax.Corpus.Mixing;

namespace Llamax.Corpus.Statistics;

/// <summary>Statistics for programs.</summary>
public static class CorpusStatisticsJson
{
    /// <summary>Everything that <see cref="CorpusStatistics"/> holds, lengths as count, mean, median and 95th percentile.</summary>
    public static JsonObject ToJson(CorpusStatistics statistics) => new()
    {
        ["items"] = statistics.Items,
        ["repeated"] = statistics.Repeated,
        ["languages"] = Array(statistics.Languages.Select(language => new JsonObject
        {
            ["language"] = language.Code,
            ["texts"] = language.Texts,
            ["characters"] = Lengths(language.Characters),
            ["words"] = Lengths(language.Words),
            ["tokens"] = Lengths(language.Tokens),
            ["scripts"] = Object(language.Scripts),
        })),
        ["directions"] = Array(statistics.Directions.Select(direction => new JsonObject
        {
            ["kind"] = EntryKindNames.Of(direction.Kind),
            ["source"] = direction.Source,
            ["target"] = direction.Target,
            ["items"] = direction.Items,
            ["repeated"] = direction.Repeated,
        })),
        ["sources"] = Array(statistics.Sources.Select(source => new JsonObject
        {
            ["name"] = source.Name,
            ["items"] = source.Items,
            ["texts"] = Object(source.ByLanguage.OrderBy(language => language.Key, StringComparer.Ordinal)),
        })),
        ["malformed"] = statistics.Malformed,
        ["removed"] = Array(statistics.Removed.Select(reason => new JsonObject
        {
            ["reason"] = reason.Reason,
            ["count"] = reason.Count,
            ["samples"] = Array(reason.Samples.Select(sample => new JsonObject
            {
                ["origin"] = sample.Origin,
                ["texts"] = Texts(sample.Texts),
            })),
        })),
        ["samples"] = Array(statistics.Samples.Select(item => new JsonObject
        {
            ["kind"] = EntryKindNames.Of(item.Kind),
            ["source"] = item.Source,
            ["target"] = item.Target,
            ["origin"] = item.Origin,
            ["texts"] = Texts(item.Texts),
        })),
        ["mix"] = statistics.Mix is { } plan ? ToJson(plan) : null,
    };

    private static JsonObject ToJson(MixPlan plan) => new()
    {
        ["stages"] = Array(plan.Stages.Select(stage => new JsonObject
        {
            ["name"] = stage.Name,
            ["budget"] = stage.Budget,
            ["planned"] = stage.Planned,
            ["languages"] = Languages(stage.Languages),
        })),
        ["languages"] = Languages(plan.Languages),
    };

    private static JsonArray Languages(IEnumerable<MixLanguage> languages) => Array(languages.Select(language => new JsonObject
    {
        ["language"] = language.Language,
        ["entries"] = language.Size,
        ["planned"] = language.Planned,
        ["probability"] = language.Probability,
        ["epochs"] = language.Epochs,
        ["repeats"] = language.Repeats,
    }));

    private static JsonObject? Lengths(LengthHistogram? lengths) => lengths is null ? null : new()
    {
        ["sum"] = lengths.Sum,
        ["mean"] = lengths.Mean,
        ["median"] = lengths.Quantile(0.5),
        ["p95"] = lengths.Quantile(0.95),
    };

    private static JsonObject Object(IEnumerable<KeyValuePair<string, long>> counts) =>
        new(counts.Select(count => KeyValuePair.Create<string, JsonNode?>(count.Key, count.Value)));

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);

    private static JsonArray Array(IEnumerable<JsonNode> nodes) => new([.. nodes]);
}
