using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Runs;

namespace Llamax.Corpus.Mixing;

/// <summary>How a budget is divided among languages.</summary>
[JsonConverter(typeof(CamelCaseNames<MixMethod>))]
public enum MixMethod
{
    /// <summary>By size: p(l) ∝ n(l). With the sum of all sizes as the budget everything is seen once, as in the paper.</summary>
    Proportional,

    /// <summary>p(l) ∝ n(l)^(1/τ) (Arivazhagan et al. 2019, §4; with 1/τ = α it is mT5's, Xue et al. 2021, §3.1).</summary>
    Temperature,

    /// <summary>As even as the caps on repetition allow (Chung et al., ICLR 2023, Algorithm 1).</summary>
    UniMax,
}

/// <summary>In which order kinds of entries are seen.</summary>
[JsonConverter(typeof(CamelCaseNames<MixCurriculum>))]
public enum MixCurriculum
{
    /// <summary>All together, as in the paper.</summary>
    Mixed,

    /// <summary>Monolingual text first, then everything with two languages.</summary>
    MonolingualThenParallel,

    /// <summary>Everything with two languages first, then monolingual text.</summary>
    ParallelThenMonolingual,
}

/// <summary>How often each source of a training set is seen. Sizes and budgets are tokens or entries, as the sources say theirs.</summary>
public sealed record MixOptions
{
    public MixMethod Method { get; init; } = MixMethod.Proportional;

    /// <summary>τ of <see cref="MixMethod.Temperature"/>: 1 is by size, large is even. 3.33 is mT5's α = 0.3.</summary>
    public double Temperature { get; init; } = 1 / 0.3;

    /// <summary>What is seen in all stages together; null = the sum of all sizes.</summary>
    public long? Budget { get; init; }

    /// <summary>
    /// How often anything is seen at most in a stage. Up to four times, repeated text is nearly as good as new (Muennighoff et al. 2023).
    /// </summary>
    public double MaximumEpochs { get; init; } = 4;

    /// <summary>Other limits for single languages, by paper code.</summary>
    public IReadOnlyDictionary<string, double> LanguageMaximumEpochs { get; init; } = new Dictionary<string, double>();

    /// <summary>What is seen of one language at most in a stage; null = no limit but the epochs.</summary>
    public long? MaximumPerLanguage { get; init; }

    public MixCurriculum Curriculum { get; init; } = MixCurriculum.Mixed;

    /// <summary>With two stages, the first one's share of the budget, between 0 and 1; null = its share of the sizes.</summary>
    public double? FirstStageShare { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (!Enum.IsDefined(Method))
            yield return new("method", Method, "must be proportional, temperature or uniMax", "use proportional");
        if (!(Temperature >= 1 && double.IsFinite(Temperature)))
            yield return new("temperature", Temperature, "must be 1 or more", "use 3.33, mT5's, or 1 for proportional");
        if (Budget <= 0)
            yield return new("budget", Budget, "must be positive", "leave it out to see everything once");
        if (!IsLimit(MaximumEpochs))
            yield return new("maximumEpochs", MaximumEpochs, "must be positive", "use 4");
        foreach (var (language, epochs) in LanguageMaximumEpochs)
            if (!IsLimit(epochs))
                yield return new($"languageMaximumEpochs.{language}", epochs, "must be positive", "use 4, or leave the language out");
        if (MaximumPerLanguage <= 0)
            yield return new("maximumPerLanguage", MaximumPerLanguage, "must be positive", "leave it out for no limit");
        if (!Enum.IsDefined(Curriculum))
            yield return new("curriculum", Curriculum, "must be mixed, monolingualThenParallel or parallelThenMonolingual", "use mixed");
        if (FirstStageShare is { } share && !(share is > 0 and < 1))
            yield return new("firstStageShare", FirstStageShare, "must be between 0 and 1", "use 0.5");
        if (FirstStageShare is not null && Curriculum == MixCurriculum.Mixed)
            yield return new("firstStageShare", FirstStageShare, "there is one stage", "name a curriculum, or leave it out");
    }

    private static bool IsLimit(double epochs) => epochs > 0 && double.IsFinite(epochs);
}

/// <summary>Enumerations as recipes and manifests spell them.</summary>
internal sealed class CamelCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase)
    where T : struct, Enum;
