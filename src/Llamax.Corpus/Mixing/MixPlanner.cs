using Llamax.Runs;

namespace Llamax.Corpus.Mixing;

/// <summary>
/// Divides a budget: among stages, in a stage among languages by the method, in a language among its sources by size. What a cap leaves
/// over goes to the languages below theirs. A pure function of its arguments.
/// </summary>
public static class MixPlanner
{
    /// <summary>The plan. Every stage sees exactly its budget, or less where the caps of all its languages are reached.</summary>
    /// <exception cref="RequestException">
    /// An option breaks its rule, a source is named twice, a stage has nothing to see, or a limit names a language without source.
    /// </exception>
    public static MixPlan Plan(IReadOnlyList<MixSource> sources, MixOptions options)
    {
        OptionProblem.ThrowIfAny("mix", options.Problems());
        foreach (var source in sources)
            if (source.Size < 0 || source.Entries < 0 || (source.Size == 0) != (source.Entries == 0))
                throw new ArgumentOutOfRangeException(nameof(sources), source, "Sizes are not negative, and nothing has no size.");
        var twice = sources.CountBy(source => (source.Language, source.Kind)).FirstOrDefault(count => count.Value > 1);
        if (twice.Value > 1)
            throw new RequestException(
                $"{twice.Key.Language} ({EntryKindNames.Of(twice.Key.Kind)}) is named twice", "mix", "add the sizes of its parts");
        var unknown = options.LanguageMaximumEpochs.Keys.Except(sources.Select(source => source.Language)).Order().FirstOrDefault();
        if (unknown is not null)
            throw new RequestException(
                $"a limit is set for {unknown}, and no source is of it", "mix.languageMaximumEpochs", "correct the code, or leave it out");

        var stages = StagesOf(sources, options.Curriculum);
        var sizes = stages.Select(stage => stage.Sources.Sum(source => source.Size)).ToList();
        foreach (var (stage, size) in stages.Zip(sizes))
            if (size == 0)
                throw new RequestException(
                    $"the stage \"{stage.Name}\" has nothing to see", "mix", "add sources, or use the mixed curriculum");
        var budget = options.Budget ?? sizes.Sum();
        var first = stages.Count == 1 ? budget : (long)Math.Round(budget * (options.FirstStageShare ?? (double)sizes[0] / sizes.Sum()));
        long[] budgets = [first, budget - first];
        return new(
            options, [.. stages.Zip(budgets, (stage, share) => new MixStage(stage.Name, share, Divide(stage.Sources, share, options)))]);
    }

    private static List<(string Name, List<MixSource> Sources)> StagesOf(IReadOnlyList<MixSource> sources, MixCurriculum curriculum)
    {
        if (curriculum == MixCurriculum.Mixed)
            return [("mixed", [.. sources])];
        var monolingual = ("monolingual", sources.Where(source => source.Kind == EntryKind.Monolingual).ToList());
        var parallel = ("parallel", sources.Where(source => source.Kind != EntryKind.Monolingual).ToList());
        return curriculum == MixCurriculum.MonolingualThenParallel ? [monolingual, parallel] : [parallel, monolingual];
    }

    private static List<MixShare> Divide(List<MixSource> sources, long budget, MixOptions options)
    {
        var languages = sources.GroupBy(source => source.Language).Select(group => group.ToList()).ToList();
        var sizes = languages.Select(own => own.Sum(source => source.Size)).ToList();
        var weights = sizes.Select(size => size == 0 ? 0 : options.Method switch
        {
            MixMethod.Proportional => size,
            MixMethod.Temperature => Math.Pow(size, 1 / options.Temperature),
            _ => 1.0,
        }).ToArray();
        var caps = languages.Zip(sizes, (own, size) => Cap(own[0].Language, size, options)).ToArray();
        var planned = MixAllocation.Divide(budget, weights, caps);
        var all = Math.Max(1, planned.Sum());
        var bySource = new Dictionary<MixSource, MixShare>();
        foreach (var (own, seen) in languages.Zip(planned))
        {
            var parts = MixAllocation.Divide(seen, [.. own.Select(source => (double)source.Size)], [.. own.Select(_ => long.MaxValue)]);
            foreach (var (source, part) in own.Zip(parts))
                bySource.Add(source, new(source, part, (double)part / all));
        }

        return [.. sources.Select(source => bySource[source])];
    }

    private static long Cap(string language, long size, MixOptions options)
    {
        var epochs = options.LanguageMaximumEpochs.GetValueOrDefault(language, options.MaximumEpochs);
        var cap = Math.Min(epochs * size, options.MaximumPerLanguage ?? double.MaxValue);
        return cap >= long.MaxValue ? long.MaxValue : (long)cap;
    }
}
