using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Training.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
