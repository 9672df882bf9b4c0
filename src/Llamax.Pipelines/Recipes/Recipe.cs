using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Text.Languages;
using Llamax.Training.Loop;
using Llamax.Training.Objectives;

namespace Llamax.Pipelines.Recipes;

/// <summary>
/// A whole run: languages, data, tokenizer, model, training sets, training phases, evaluation. The defaults are the paper's where
/// the paper states a value.
/// </summary>
public sealed record Recipe
{
    /// <summary>Names the run in reports.</summary>
    public string Name { get; init; } = "run";

    /// <summary>One sentence for the head of the report.</summary>
    public string Description { get; init; } = "";

    /// <summary>Decides every random choice of the run.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads of libtorch. Another count rounds differently: the same bytes need the same count.</summary>
    public int Threads { get; init; } = 2;

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>
    /// Type of the weights while training. <c>bf16</c> keeps fp32 master weights and is much faster where the processor multiplies it
    /// natively (AMX, AVX512_BF16 on AMD, accelerators), and slower elsewhere; <c>fp32</c> is the same everywhere.
    /// </summary>
    public WeightType DataType { get; init; } = WeightType.Fp32;

    /// <summary>Languages by any of their codes.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    public DataOptions Data { get; init; } = new();

    public TokenizerOptions Tokenizer { get; init; } = new();

    public ModelOptions Model { get; init; } = new();

    /// <summary>Training sets by name, each built and packed once.</summary>
    public IReadOnlyDictionary<string, SetOptions> Sets { get; init; } = new Dictionary<string, SetOptions>();

    /// <summary>Training phases by name, in the order in which they run.</summary>
    public IReadOnlyDictionary<string, PhaseOptions> Phases { get; init; } = new Dictionary<string, PhaseOptions>();

    public WatchOptions Watch { get; init; } = new();

    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Everything that is wrong with the recipe, before any work.</summary>
    public IEnumerable<OptionProblem> Problems()
    {
        foreach (var problem in SetProblems().Concat(Tokenizer.Problems()).Concat(Model.Problems()).Concat(Watch.Problems())
            .Concat(Evaluation.Problems()).Concat(SuiteProblems()).Concat(NameProblems("phases", Phases.Keys)))
            yield return problem;
        if (Phases.Values.All(phase => phase.CompareOnly))
            yield return new("phases", "(none)", "needs at least one training phase that is not compareOnly", "see recipes/mini-real.yaml");
        foreach (var (name, set) in Sets)
        {
            if (Model.Path is null && set.BlockLength > Model.MaxPositions)
            {
                yield return new(
                    $"sets.{name}.blockLength", set.BlockLength, $"must not exceed model.maxPositions = {Model.MaxPositions}",
                    "use shorter blocks, or more positions");
            }
        }

        var defaults = new TrainingOptions();
        var earlier = new List<string>();
        foreach (var (name, phase) in Phases)
        {
            if (!Sets.ContainsKey(phase.Set))
                yield return new($"phases.{name}.set", phase.Set, "is not one of the sets", $"the sets are {string.Join(", ", Sets.Keys)}");
            if (phase.From is { } from && !earlier.Contains(from))
            {
                var known = string.Join(", ", earlier.DefaultIfEmpty("none"));
                yield return new($"phases.{name}.from", from, "is not an earlier phase", $"earlier are {known}");
            }
            else if (phase.From is not null && Phases[phase.From].CompareOnly && !phase.CompareOnly)
            {
                yield return new(
                    $"phases.{name}.from", phase.From, "only runs in a comparison", "start from another phase, or set compareOnly here");
            }

            if (phase.Training.Seed != defaults.Seed)
                yield return new($"phases.{name}.training.seed", phase.Training.Seed, "is not read", "set the recipe's seed");
            if (phase.Training.Threads != defaults.Threads)
                yield return new($"phases.{name}.training.threads", phase.Training.Threads, "is not read", "set the recipe's threads");
            foreach (var problem in phase.Training.Problems())
                yield return problem with { Option = $"phases.{name}.training.{problem.Option}" };
            foreach (var problem in ObjectiveProblems(name, phase))
                yield return problem;
            earlier.Add(name);
        }

        foreach (var system in Evaluation.Systems.Where(s => !Phases.ContainsKey(s)))
            yield return new("evaluation.systems", system, "is not one of the phases", $"the phases are {string.Join(", ", Phases.Keys)}");
    }

    private IEnumerable<OptionProblem> ObjectiveProblems(string name, PhaseOptions phase)
    {
        foreach (var problem in phase.Objective?.Problems() ?? [])
            yield return problem with { Option = $"phases.{name}.objective.{problem.Option}" };
        var hasPreferences = Sets.TryGetValue(phase.Set, out var set) && set.Preferences.Count > 0;
        if (set is null || hasPreferences == phase.Objective is not null)
            yield break;
        yield return hasPreferences
            ? new($"phases.{name}.objective", null, $"is needed: sets.{phase.Set} holds preferences", "set {kind: cpo} or {kind: dpo}")
            : new(
                $"phases.{name}.objective", phase.Objective!.Kind, $"needs preferences, and sets.{phase.Set} holds none",
                "name their files in preferences of the set, or leave objective out");
    }

    /// <summary>What is wrong with that part of the recipe which training sets are built from.</summary>
    internal IEnumerable<OptionProblem> SetProblems()
    {
        if (Languages.Count < 2)
            yield return new("languages", Languages.Count, "needs at least two languages", "name them as [en, de, …]");
        if (Threads is < 1 or > 4096)
            yield return new("threads", Threads, "must be 1 to 4096", "use the number of cores");
        foreach (var problem in Data.Problems().Concat(NameProblems("sets", Sets.Keys))
            .Concat(Sets.SelectMany(set => set.Value.Problems($"sets.{set.Key}"))))
            yield return problem;
    }

    private IEnumerable<OptionProblem> SuiteProblems()
    {
        if (Evaluation.Systems.Count == 0)
            yield break;
        if (Evaluation.Suites.Contains(SuiteKind.Builtin) && Data.Sources.All(source => source.Kind != SourceKind.Builtin))
            yield return new("evaluation.suites", "builtin", "needs the built-in corpus", "add - kind: builtin to data.sources");
        if (Evaluation.Suites.Contains(SuiteKind.HeldOut)
            && !Data.Sources.Any(source => source.Kind != SourceKind.Builtin && source.HeldOutPerLanguagePair > 0))
            yield return new("evaluation.suites", "heldOut", "needs pairs that are held out", "set heldOutPerLanguagePair of a source");
    }

    /// <summary>Sets and phases have folders of their names; the baseline and the cache of tokens have one too.</summary>
    private static IEnumerable<OptionProblem> NameProblems(string option, IEnumerable<string> names) => names
        .Where(name => name is "" or EvaluationOptions.Baseline or PackedCorpusWriter.CacheName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        .Select(name => new OptionProblem(
            option, name, "cannot name a folder here", $"use letters, digits, - and _, and not {EvaluationOptions.Baseline} or {PackedCorpusWriter.CacheName}"));

    /// <summary>The languages of the run in the registry's terms.</summary>
    /// <exception cref="RequestException">A code is unknown or named twice.</exception>
    public IReadOnlyList<Language> ResolveLanguages() => Resolve(Languages, "languages");

    /// <summary>The languages of a part of the run; all of the run's where it names none.</summary>
    /// <exception cref="RequestException">A code is unknown, named twice, or not one of the run's languages.</exception>
    internal static IReadOnlyList<Language> Resolve(IReadOnlyList<string> codes, string where, IReadOnlyList<Language> all)
    {
        var languages = codes.Count == 0 ? all : Resolve(codes, where);
        return languages.FirstOrDefault(l => !all.Contains(l)) is { } other
            ? throw new RequestException(
                $"{other.Code} is not one of the run's languages", where, "add it to languages, or leave it out here")
            : languages;
    }

    private static IReadOnlyList<Language> Resolve(IReadOnlyList<string> codes, string where)
    {
        var languages = codes.Select(LanguageRegistry.Find).ToList();
        var twice = languages.GroupBy(l => l.Code).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? languages : throw new RequestException($"{twice.Key} is named twice", where, "name every language once");
    }
}

/// <summary>Types in which weights are trained.</summary>
public enum WeightType
{
    Fp32,
    Bf16,
}

/// <summary>A training phase: a set, a start and how long.</summary>
public sealed record PhaseOptions
{
    /// <summary>The phase whose final weights it starts from; null = a new model, or the one that <c>model.path</c> names.</summary>
    public string? From { get; init; }

    /// <summary>The training set.</summary>
    public string Set { get; init; } = "";

    /// <summary>Whether the phase is only run to compare against: skipped unless a comparison is asked for.</summary>
    public bool CompareOnly { get; init; }

    /// <summary>What the phase is called in the report; its name where empty.</summary>
    public string Title { get; init; } = "";

    public TrainingOptions Training { get; init; } = new();

    /// <summary>What is learnt from a set of preferences; null = the next token, as the set marks it.</summary>
    public ObjectiveOptions? Objective { get; init; }
}
