using System.CommandLine;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus</c>: the steps from raw text to a training set, each alone.</summary>
internal static class CorpusVerb
{
    internal static Command Create() => new("corpus", """
        Turns raw text into training text, step by step: clean, dedup, decontaminate, build; shows what is in it: stats, inspect.
        The steps can be shared by processes on one machine or many: --shard i/n for each, then --merge n.

        Examples:
          llamax corpus clean raw/en-ha.tsv --from en --to ha --out clean/en-ha.tsv
          llamax corpus dedup clean/en-ha.tsv --out unique/en-ha.tsv
          llamax corpus decontaminate unique/en-ha.tsv --from en --to ha --out train/en-ha.tsv
          llamax corpus build recipe.yaml --set cpt --out set
        """)
    {
        CorpusCleanVerb.Create(), CorpusDedupVerb.Create(), CorpusDecontaminateVerb.Create(), CorpusBuildVerb.Create(), CorpusStatsVerb.Create(),
        CorpusInspectVerb.Create(),
    };
}
