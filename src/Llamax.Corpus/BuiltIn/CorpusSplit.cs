namespace Llamax.Corpus.BuiltIn;

/// <summary>The three parts of a corpus; what is said in one is said in no other.</summary>
public enum CorpusSplit
{
    /// <summary>Nine tenths.</summary>
    Train,

    /// <summary>One twentieth.</summary>
    Dev,

    /// <summary>One twentieth.</summary>
    Test,
}
