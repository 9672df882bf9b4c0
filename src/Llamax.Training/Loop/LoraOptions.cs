using Llamax.Models.Adapters;
using Llamax.Runs;

namespace Llamax.Training.Loop;

/// <summary>Training of a low-rank adapter instead of the weights (Hu et al. 2022); PEFT's names and defaults of the field.</summary>
public sealed record LoraOptions
{
    /// <summary>Rank of the update.</summary>
    public int Rank { get; init; } = 16;

    /// <summary>The update is scaled by alpha / rank.</summary>
    public double Alpha { get; init; } = 32;

    /// <summary>The update is scaled by alpha / √rank instead (Kalajdzievski 2023).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>The projections that have an update, by the ends of their names; the default is all of a LLaMA layer.</summary>
    public IReadOnlyList<string> Targets { get; init; } =
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    internal LoraConfig Config(string? baseModel, bool isTransposed) => new()
    {
        Rank = Rank,
        Alpha = Alpha,
        RankStabilized = RankStabilized,
        TargetModules = Targets,
        BaseModel = baseModel ?? "",
        FanInFanOut = isTransposed,
    };

    public IEnumerable<OptionProblem> Problems()
    {
        if (Targets.Count == 0)
            yield return new("targets", "(none)", "needs at least one projection", "use q_proj and v_proj");
        foreach (var problem in Config(null, false).Problems())
            yield return problem with { Option = problem.Option switch { "r" => "rank", "lora_alpha" => "alpha", var other => other } };
    }
}
